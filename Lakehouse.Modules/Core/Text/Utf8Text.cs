using System.Text;

namespace Lakehouse.Core.Text;

/// <summary>Checks and cuts texts whose limits are in bytes of UTF-8.</summary>
public static class Utf8Text
{
    /// <summary>True when a text has more bytes than allowed. <paramref name="sizeBytes"/> is its size then; otherwise it can be 0.</summary>
    public static bool IsLonger(string text, int sizeBytesMax, out int sizeBytes)
    {
        // A UTF-16 unit has at most three bytes in UTF-8, so short texts need not be counted.
        sizeBytes = text.Length <= sizeBytesMax / 3 ? 0 : Encoding.UTF8.GetByteCount(text);
        return sizeBytes > sizeBytesMax;
    }

    /// <summary>The longest prefix of a text that fits and ends with a whole character; the first character when not even that fits.</summary>
    public static string Cut(string text, int sizeBytesMax)
    {
        var (length, size) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            size += rune.Utf8SequenceLength;
            if (size > sizeBytesMax && length > 0)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }

    /// <summary>The beginning of a text, for a person: at most so many characters, and then dots. Bytes that are not UTF-8 become U+FFFD.</summary>
    public static string Beginning(ReadOnlySpan<byte> utf8, int lengthMax)
    {
        const int bytesOfCharacterMax = 4;
        var isCut = utf8.Length > lengthMax * bytesOfCharacterMax;
        var text = Encoding.UTF8.GetString(isCut ? utf8[..(lengthMax * bytesOfCharacterMax)] : utf8);
        if (text.Length <= lengthMax && !isCut)
        {
            return text;
        }

        var end = Math.Min(lengthMax, text.Length);
        return text[..(char.IsHighSurrogate(text[end - 1]) ? end - 1 : end)] + "...";
    }
}
