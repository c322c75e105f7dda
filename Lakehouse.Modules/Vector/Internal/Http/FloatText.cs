using System.Buffers.Text;

namespace Lakehouse.Vector.Internal.Http;

/// <summary>
/// Reads a JSON number as float32, by way of the nearest double. Numbers of up to 15 digits with a small exponent, which is what vectors are made of,
/// are read here: the digits are a whole number that a double holds exactly, and so is the power of ten, so one division rounds once (Clinger 1990).
/// All others are the library's.
/// </summary>
internal static class FloatText
{
    private const int DigitsMax = 15;

    private static readonly double[] Powers =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    /// <summary>Reads a token that a JSON reader has found to be a number. Beyond float32's range: an infinity.</summary>
    public static float Parse(ReadOnlySpan<byte> text)
    {
        var i = text[0] == '-' ? 1 : 0;
        var (digits, digitCount, decimals) = (0L, 0, 0);
        var isDecimal = false;
        for (; i < text.Length; i++)
        {
            var digit = (uint)(text[i] - '0');
            if (digit <= 9)
            {
                digits = (10 * digits) + digit;
                digitCount += digits == 0 ? 0 : 1; // zeros before the first digit do not count
                decimals += isDecimal ? 1 : 0;
            }
            else if (text[i] == '.')
            {
                isDecimal = true;
            }
            else
            {
                break;
            }
        }

        if (i < text.Length || digitCount > DigitsMax || decimals >= Powers.Length)
        {
            return Utf8Parser.TryParse(text, out double exact, out _) ? (float)exact : float.NaN;
        }

        var value = digits / Powers[decimals];
        return (float)(text[0] == '-' ? -value : value);
    }
}
