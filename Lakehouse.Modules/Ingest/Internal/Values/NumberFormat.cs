using System.Text;

namespace Lakehouse.Ingest.Internal.Values;

/// <summary>How numbers are written: the decimal separator, and what stands between groups of three digits.</summary>
/// <param name="Point">ASCII.</param>
/// <param name="Group">ASCII; null when groups are not separated.</param>
internal sealed record NumberFormat(char Point, char? Group)
{
    /// <summary>The longest number.</summary>
    public const int LengthMax = 128;

    private const char Space = ' ';

    /// <summary>What is written for a blank between groups, so that lines do not break there: no-break space, narrow no-break space, thin space.</summary>
    private static readonly string[] Blanks = ["\u00A0", "\u202F", "\u2009"];

    private static readonly byte[][] BlanksUtf8 = [.. Blanks.Select(Encoding.UTF8.GetBytes)];

    /// <summary>What may stand between groups.</summary>
    public IReadOnlyList<string> Groups => Group is not { } group ? [] : group == Space ? [$"{Space}", .. Blanks] : [$"{group}"];

    /// <summary>
    /// Writes a number without group separators and with a decimal point. The digits are not looked at, only their groups: <c>1.234,5</c> and <c>1234,5</c>
    /// are numbers, <c>12.34,5</c> is none.
    /// </summary>
    /// <param name="value">The number, without blanks around it.</param>
    /// <param name="to">Receives it, at least <see cref="LengthMax"/> bytes.</param>
    /// <returns>The length; 0 when it is no number of this form.</returns>
    public int Normalise(scoped ReadOnlySpan<byte> value, Span<byte> to)
    {
        if (value.Length is 0 or > LengthMax)
        {
            return 0;
        }

        Span<byte> plain = stackalloc byte[LengthMax];
        if (Group == Space && !Ascii.IsValid(value))
        {
            value = plain[..WriteBlanks(value, plain)];
        }

        var end = value.IndexOf((byte)Point);
        var whole = end < 0 ? value : value[..end];
        var length = WriteWhole(whole, to);
        if (length == 0 || end < 0)
        {
            return length;
        }

        var fraction = value[(end + 1)..];
        if (fraction.IsEmpty || fraction.IndexOfAny((byte)'.', (byte)',') >= 0 || (Group is { } group && fraction.Contains((byte)group)))
        {
            return 0;
        }

        to[length++] = (byte)'.';
        fraction.CopyTo(to[length..]);
        return length + fraction.Length;
    }

    /// <summary>Writes a number with the blanks of ASCII.</summary>
    private static int WriteBlanks(ReadOnlySpan<byte> value, Span<byte> to)
    {
        var length = 0;
        while (!value.IsEmpty)
        {
            var read = 1;
            to[length] = value[0];
            foreach (var blank in BlanksUtf8)
            {
                if (value.StartsWith(blank))
                {
                    (to[length], read) = ((byte)Space, blank.Length);
                }
            }

            value = value[read..];
            length++;
        }

        return length;
    }

    private int WriteWhole(ReadOnlySpan<byte> whole, Span<byte> to)
    {
        if (Group is not { } separator || !whole.Contains((byte)separator))
        {
            whole.CopyTo(to);
            return whole.Contains((byte)'.') ? 0 : whole.Length;
        }

        var signs = whole[0] is (byte)'-' or (byte)'+' ? 1 : 0;
        var (length, digits, isFirst) = (0, 0, true);
        for (var i = 0; i < whole.Length; i++)
        {
            if (i < signs)
            {
                to[length++] = whole[i];
            }
            else if (whole[i] == separator)
            {
                if (isFirst ? digits is 0 or > 3 : digits != 3)
                {
                    return 0;
                }

                (digits, isFirst) = (0, false);
            }
            else if (char.IsAsciiDigit((char)whole[i]))
            {
                to[length++] = whole[i];
                digits++;
            }
            else
            {
                return 0;
            }
        }

        return digits == 3 ? length : 0;
    }
}
