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
}
