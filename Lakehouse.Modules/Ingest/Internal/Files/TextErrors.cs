using System.Text;
using Lakehouse.Core.Errors;

namespace Lakehouse.Ingest.Internal.Files;

/// <summary>Creates the errors of a file of text, each with line and column.</summary>
internal static class TextErrors
{
    /// <summary>
    /// An error at a position in <paramref name="data"/>, which starts in line <paramref name="firstLine"/> after <paramref name="charactersBefore"/>
    /// characters.
    /// </summary>
    public static LakehouseException At(ReadOnlySpan<byte> data, int offset, long firstLine, string code, string what, long charactersBefore = 0)
    {
        var before = data[..Math.Min(offset, data.Length)];
        var line = firstLine + before.Count((byte)'\n');
        var lineStart = before.LastIndexOf((byte)'\n') + 1;
        var column = (int)Math.Min(int.MaxValue, CountCharacters(before[lineStart..]) + 1 + (line == firstLine ? charactersBefore : 0));
        var end = what.EndsWith('?') ? string.Empty : ".";
        return new LakehouseException(ErrorKind.Unprocessable, code, $"Line {line}, column {column}: {what}{end} Nothing was registered.")
        {
            Details = new Dictionary<string, object?> { ["line"] = line, ["column"] = column },
        };
    }

    /// <summary>An error of the file as a whole.</summary>
    public static LakehouseException Whole(string code, string what) => At([], 0, 1, code, what);

    /// <summary>The error of a record that is larger than allowed, or has not ended within the allowed size.</summary>
    public static string TooLarge(int sizeBytesMax, string hint) =>
        $"the record that starts here is larger than {Core.Configuration.ByteSize.Format(sizeBytesMax)} (ingest.max_record_bytes){hint}";

    /// <summary>The offset of the first byte that is not UTF-8, in a text that has one.</summary>
    public static int FirstInvalid(ReadOnlySpan<byte> data)
    {
        var offset = 0;
        while (offset < data.Length && Rune.DecodeFromUtf8(data[offset..], out _, out var size) == System.Buffers.OperationStatus.Done)
        {
            offset += size;
        }

        return Math.Min(offset, data.Length - 1);
    }

    /// <summary>The characters of a text.</summary>
    public static int CountCharacters(ReadOnlySpan<byte> utf8)
    {
        if (Ascii.IsValid(utf8))
        {
            return utf8.Length;
        }

        var count = 0;
        foreach (var unit in utf8)
        {
            count += (unit & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }
}
