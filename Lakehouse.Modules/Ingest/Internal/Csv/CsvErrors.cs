using Lakehouse.Ingest.Internal.Files;

namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>Refuses what is no text in a CSV file.</summary>
internal static class CsvErrors
{
    /// <summary>Refuses NUL bytes and bytes that are not UTF-8. The error names the first of them.</summary>
    public static void RequireText(ReadOnlySpan<byte> data, long firstLine)
    {
        var nul = data.IndexOf((byte)0);
        var before = nul < 0 ? data : data[..nul];
        if (!System.Text.Unicode.Utf8.IsValid(before))
        {
            var offset = TextErrors.FirstInvalid(before);
            throw TextErrors.At(
                data,
                offset,
                firstLine,
                "csv_not_utf8",
                $"the byte 0x{data[offset]:X2} is not UTF-8. Say how the text is encoded, e.g. encoding=windows-1252, or save the file as UTF-8");
        }

        if (nul >= 0)
        {
            throw TextErrors.At(data, nul, firstLine, "csv_nul_byte", "a NUL byte, which no text holds; if the file is UTF-16, say encoding=utf-16");
        }
    }
}
