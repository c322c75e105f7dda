using System.Globalization;

namespace Lakehouse.Core.Configuration;

/// <summary>
/// Reads and writes sizes in the form that the configuration uses: bytes, or a number with <c>KiB</c>, <c>MiB</c>, <c>GiB</c>, <c>TiB</c> (1024) or <c>KB</c>,
/// <c>MB</c>, <c>GB</c>, <c>TB</c> (1000).
/// </summary>
public static class ByteSize
{
    /// <summary>How a size is written, for messages.</summary>
    public const string Syntax = "bytes, or a number with KiB, MiB, GiB, TiB, KB, MB, GB or TB, e.g. \"256MiB\"";

    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("B", 1), ("", 1),
    ];

    /// <summary>False when <paramref name="text"/> is not a size or is beyond 8 EiB.</summary>
    public static bool TryParse(string? text, out long bytes)
    {
        bytes = 0;
        if (text is null)
        {
            return false;
        }

        var digits = text.AsSpan().IndexOfAnyExceptInRange('.', '9');
        digits = digits < 0 ? text.Length : digits;
        if (digits == 0
            || !decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        foreach (var (unit, factor) in Units)
        {
            if (text.AsSpan(digits).TrimStart(' ').Equals(unit, StringComparison.OrdinalIgnoreCase))
            {
                if (count > long.MaxValue / factor)
                {
                    return false;
                }

                bytes = (long)(count * factor);
                return true;
            }
        }

        return false;
    }

    /// <summary>The size in the largest binary unit that divides it, e.g. <c>256MiB</c>.</summary>
    public static string Format(long bytes)
    {
        foreach (var (unit, factor) in Units.AsSpan(0, 4))
        {
            if (bytes != 0 && bytes % factor == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / factor}{unit}");
            }
        }

        return bytes.ToString(CultureInfo.InvariantCulture);
    }
}
