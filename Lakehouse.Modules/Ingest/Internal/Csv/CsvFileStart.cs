namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>Recognises files of some other formats by their first bytes, so that the error can name the format.</summary>
internal static class CsvFileStart
{
    public static void RequireCsv(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty || data.SequenceEqual("\uFEFF"u8))
        {
            throw CsvErrors.Whole("csv_empty", "the file is empty");
        }

        var what = data switch
        {
            [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "UTF-16 text; save it as UTF-8",
            [0x1F, 0x8B, ..] => "compressed with gzip; send it unpacked",
            [(byte)'P', (byte)'K', 3, 4, ..] => "a ZIP or Excel file; save it as CSV",
            [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => "a Parquet file; store it with /v1/storage/put and register it with /v1/catalog/register",
            _ => null,
        };
        if (what is not null)
        {
            throw CsvErrors.Whole("csv_other_format", "the file is " + what);
        }
    }
}
