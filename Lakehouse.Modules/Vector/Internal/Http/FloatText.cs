using System.Buffers.Text;

namespace Lakehouse.Vector.Internal.Http;

/// <summary>
/// Reads a JSON number as float32: the float nearest to the double that is nearest to the number. Plain decimals of up to 19 digits, the usual form in
/// vectors, are read here: the digits are divided by a power of ten that a double holds exactly (Clinger 1990), which is at most two roundings away from the
/// number. Where two roundings up and two roundings down give the same float, it is the result. All other numbers are left to the library.
/// </summary>
internal static class FloatText
{
    private const int DigitsMax = 19;

    // Two roundings of 2^-53 each, doubled to be safe.
    private const double Doubt = 1.0 / (1L << 51);

    private static readonly double[] Powers =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    /// <summary>Reads a token that a JSON reader has found to be a number. A number beyond float32's range becomes an infinity.</summary>
    public static float Parse(ReadOnlySpan<byte> text) =>
        TryParsePlain(text, out var value, out var length) && length == text.Length ? value : ParseAny(text);

    /// <summary>Reads a number without an exponent from the start of a text. The caller checks what follows it.</summary>
    /// <returns>False when the text does not start with such a number.</returns>
    public static bool TryParsePlain(ReadOnlySpan<byte> text, out float value, out int length)
    {
        value = 0;
        length = 0;
        var isNegative = text.Length > 0 && text[0] == '-';
        var first = isNegative ? 1 : 0;
        var digits = 0UL;
        var i = ReadDigits(text, first, ref digits);

        // JSON requires a digit before the point and forbids a leading zero before another digit.
        if (i == first || (i > first + 1 && text[first] == '0'))
        {
            return false;
        }

        var digitCount = i - first;
        var decimals = 0;
        if (i < text.Length && text[i] == '.')
        {
            var point = i;
            i = ReadDigits(text, point + 1, ref digits);
            decimals = i - point - 1;
            if (decimals == 0)
            {
                return false;
            }

            digitCount = text[first] == '0' ? decimals : digitCount + decimals;
        }

        if (i < text.Length && (text[i] | 0x20) == 'e')
        {
            return false;
        }

        length = i;
        value = digitCount > DigitsMax || decimals >= Powers.Length || !TryDivide(digits, decimals, out var magnitude) ? ParseAny(text[..i])
            : isNegative ? -magnitude : magnitude;
        return true;
    }

    private static int ReadDigits(ReadOnlySpan<byte> text, int start, ref ulong digits)
    {
        var i = start;
        while (i < text.Length && (uint)(text[i] - '0') is var digit and <= 9)
        {
            digits = (10 * digits) + digit;
            i++;
        }

        return i;
    }

    private static bool TryDivide(ulong digits, int decimals, out float value)
    {
        var quotient = digits / Powers[decimals];
        value = (float)quotient;
        return value == (float)(quotient * (1 - Doubt)) && value == (float)(quotient * (1 + Doubt));
    }

    private static float ParseAny(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out double exact, out _) ? (float)exact : float.NaN;
}
