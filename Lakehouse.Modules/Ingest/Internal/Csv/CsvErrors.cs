using System.Text;
using Lakehouse.Core.Errors;

namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>Creates the errors of a file that is not valid CSV, each with line and column.</summary>
internal static class CsvErrors
{
    /// <summary>An error at a position in <paramref name="data"/>, which starts at the beginning of line <paramref name="firstLine"/>.</summary>
    public static LakehouseException At(ReadOnlySpan<byte> data, int offset, long firstLine, string code, string what)
    {
        var before = data[..Math.Min(offset, data.Length)];
        var line = firstLine + before.Count((byte)'\n');
        var lineStart = before.LastIndexOf((byte)'\n') + 1;
        var column = CountCharacters(before[lineStart..]) + 1;
        return new LakehouseException(ErrorKind.Unprocessable, code, $"Line {line}, column {column}: {what}. Nothing was registered.")
        {
            Details = new Dictionary<string, object?> { ["line"] = line, ["column"] = column },
        };
    }

    /// <summary>An error of the file as a whole.</summary>
    public static LakehouseException Whole(string code, string what) => At([], 0, 1, code, what);

    /// <summary>Refuses NUL bytes and bytes that are not UTF-8. The error names the first of them.</summary>
    public static void RequireText(ReadOnlySpan<byte> data, long firstLine)
    {
        var nul = data.IndexOf((byte)0);
        var before = nul < 0 ? data : data[..nul];
        if (!System.Text.Unicode.Utf8.IsValid(before))
        {
            var offset = FirstInvalid(before);
            throw At(
                data,
                offset,
                firstLine,
                "csv_not_utf8",
                $"the byte 0x{data[offset]:X2} is not UTF-8. Say how the text is encoded, e.g. encoding=windows-1252, or save the file as UTF-8");
        }

        if (nul >= 0)
        {
            throw At(data, nul, firstLine, "csv_nul_byte", "a NUL byte, which no text holds; if the file is UTF-16, say encoding=utf-16");
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> data)
    {
        var offset = 0;
        while (offset < data.Length && Rune.DecodeFromUtf8(data[offset..], out _, out var size) == System.Buffers.OperationStatus.Done)
        {
            offset += size;
        }

        return Math.Min(offset, data.Length - 1);
    }

    private static int CountCharacters(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        foreach (var unit in utf8)
        {
            count += (unit & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }
}
