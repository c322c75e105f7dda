using System.Globalization;

namespace Lakehouse.Core.Configuration;

/// <summary>
/// Reads and writes durations in the form that the configuration uses: a number and a unit (<c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c>, <c>d</c>), e.g.
/// <c>30s</c>.
/// </summary>
public static class Duration
{
    /// <summary>How a duration is written, for messages.</summary>
    public const string Syntax = "a number with ms, s, m, h or d, e.g. \"30s\"";

    private static readonly (string Unit, double Milliseconds)[] Units =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    /// <summary>False when <paramref name="text"/> is not a duration.</summary>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = default;
        if (text is null)
        {
            return false;
        }

        var digits = text.AsSpan().IndexOfAnyExceptInRange('.', '9');
        if (digits <= 0)
        {
            return false;
        }

        foreach (var (unit, milliseconds) in Units)
        {
            if (text.AsSpan(digits).SequenceEqual(unit)
                && double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
                && count * milliseconds < TimeSpan.MaxValue.TotalMilliseconds)
            {
                value = TimeSpan.FromMilliseconds(count * milliseconds);
                return true;
            }
        }

        return false;
    }

    /// <summary>The duration in the largest unit that divides it.</summary>
    public static string Format(TimeSpan value)
    {
        for (var i = Units.Length - 1; i > 0; i--)
        {
            var count = value.TotalMilliseconds / Units[i].Milliseconds;
            if (count >= 1 && count == Math.Floor(count))
            {
                return count.ToString(CultureInfo.InvariantCulture) + Units[i].Unit;
            }
        }

        return value.TotalMilliseconds.ToString(CultureInfo.InvariantCulture) + "ms";
    }
}
