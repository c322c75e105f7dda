using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Lakehouse.Core.Text;

/// <summary>
/// Decodes percent-encoded text (RFC 3986, section 2.1) strictly. The decoders of the framework leave bytes that are not UTF-8, and percent signs without two
/// hex digits, as they are, so that <c>%FF</c> and <c>%25FF</c> would be the same text.
/// </summary>
public static class PercentText
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes a text once; <c>+</c> stays <c>+</c>.</summary>
    /// <param name="text">The text as it was sent.</param>
    /// <param name="decoded">The decoded text; null when it cannot be decoded.</param>
    /// <param name="reason">Why it cannot be decoded, for a person; null when it can.</param>
    /// <returns>False when a percent sign is not followed by two hex digits, or the bytes are not UTF-8.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out string? decoded, [NotNullWhen(false)] out string? reason)
    {
        (decoded, reason) = (null, null);
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var count = 0;
        try
        {
            for (var i = 0; i < text.Length;)
            {
                var plain = text[i..].IndexOf('%') is var next and >= 0 ? next : text.Length - i;
                count += StrictUtf8.GetBytes(text.Slice(i, plain), bytes.AsSpan(count));
                i += plain;
                if (i == text.Length)
                {
                    break;
                }

                var digits = text.Slice(i + 1, Math.Min(2, text.Length - i - 1));
                if (digits.Length < 2 || !byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[count]))
                {
                    reason = $"the percent sign at position {i + 1} is not followed by two hex digits";
                    return false;
                }

                count++;
                i += 3;
            }

            decoded = StrictUtf8.GetString(bytes, 0, count);
            return true;
        }
        catch (ArgumentException)
        {
            // Of both fallback exceptions, for encoding and for decoding.
            reason = "its percent-encoded bytes are not UTF-8";
            return false;
        }
    }
}
