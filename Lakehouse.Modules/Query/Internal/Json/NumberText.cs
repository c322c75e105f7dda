using System.Buffers.Text;

namespace Lakehouse.Query.Internal.Json;

/// <summary>Writes doubles as the shortest text that parses to the same number, as <see cref="Utf8Formatter"/> does.</summary>
internal static class NumberText
{
    /// <summary>The most bytes of a number.</summary>
    public const int SizeBytesMax = 32;

    /// <summary>Below it, a number of at most 15 digits: two of them never are the same double, so that what parses to a double is its shortest text.</summary>
    private const double DigitsMax = 1e15;

    /// <summary>Smaller numbers are written with an exponent.</summary>
    private const double PlainMin = 1e-4;

    /// <summary>Writes a number that is finite.</summary>
    /// <param name="value">The number.</param>
    /// <param name="to">At least <see cref="SizeBytesMax"/> bytes.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(double value, Span<byte> to)
    {
        // Most numbers were decimals of few digits before they became doubles. A division of two integers that doubles hold is rounded as parsing is, so
        // that it shows whether the digits are those: five times as fast as to look for the shortest text.
        var size = Math.Abs(value);
        if (size is >= PlainMin and < DigitsMax)
        {
            var few = Math.Round(size * 1e4);
            if (few / 1e4 == size && few < DigitsMax)
            {
                return WriteDecimal((ulong)few, 4, value < 0, to);
            }

            var more = Math.Round(size * 1e9);
            if (more / 1e9 == size && more < DigitsMax)
            {
                return WriteDecimal((ulong)more, 9, value < 0, to);
            }
        }

        Utf8Formatter.TryFormat(value, to, out var length);
        return length;
    }

    private static int WriteDecimal(ulong digits, int decimals, bool isNegative, Span<byte> to)
    {
        for (; decimals > 0; decimals--)
        {
            var (tenth, last) = Math.DivRem(digits, 10);
            if (last != 0)
            {
                break;
            }

            digits = tenth;
        }

        var start = 0;
        if (isNegative)
        {
            to[start++] = (byte)'-';
        }

        ulong scale = 1;
        for (var i = 0; i < decimals; i++)
        {
            scale *= 10;
        }

        var (whole, fraction) = Math.DivRem(digits, scale);
        Utf8Formatter.TryFormat(whole, to[start..], out var length);
        length += start;
        if (decimals == 0)
        {
            return length;
        }

        to[length] = (byte)'.';
        for (var i = length + decimals; i > length; i--)
        {
            (fraction, var digit) = Math.DivRem(fraction, 10);
            to[i] = (byte)('0' + digit);
        }

        return length + decimals + 1;
    }
}
