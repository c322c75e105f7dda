using System.Text;
using System.Text.Unicode;
using Lakehouse.Core.Errors;

namespace Lakehouse.Ingest.Internal.Files;

/// <summary>Recognises files that are no tables of text by their first bytes, so that the error can name what they are and what helps.</summary>
internal static class FileStart
{
    private static readonly string[] Packed = [".gz", ".zst"];

    // Where a tar archive has its mark.
    private const int TarMarkAt = 257;

    // The first bytes may end within a character.
    private const int BytesOfCharacterMax = 4;

    /// <summary>The first four bytes of a Parquet file, and the last four.</summary>
    public static ReadOnlySpan<byte> ParquetMark => "PAR1"u8;

    /// <summary>The format of a file: what was told, else its media type, else its name, else its first bytes. Refuses one that is something else.</summary>
    /// <param name="data">Its first bytes, unpacked.</param>
    /// <param name="text">The same, decoded, as UTF-8.</param>
    /// <param name="told">The format that was told, so that text that looks like another format is taken as it is; null for none.</param>
    /// <param name="source">What its sender says of it.</param>
    /// <param name="compression">How it was packed; null when it was not.</param>
    /// <exception cref="LakehouseException"><c>unsupported_format</c> (<see cref="ErrorKind.UnsupportedMedia"/>).</exception>
    public static FileFormat FormatOf(
        ReadOnlySpan<byte> data, ReadOnlySpan<byte> text, FileFormat? told, IngestSource source, string? compression)
    {
        var isText = !data.Contains((byte)0) && Utf8.IsValid(data[..Math.Max(0, data.Length - BytesOfCharacterMax)]);
        if (data.StartsWith(ParquetMark) && (told is FileFormat.Parquet || (told is null && IsParquet(data))))
        {
            return FileFormat.Parquet;
        }

        if (told is FileFormat.Parquet)
        {
            throw Refuse("The file is no Parquet file: it does not begin with PAR1. Leave format= out");
        }

        if (told is { } format && isText)
        {
            return format; // PAR1,PAR2 may be names
        }

        if (WhatBinary(data, compression) is { } binary)
        {
            throw Refuse($"The file is {binary}");
        }

        if (told is not null)
        {
            return told.Value;
        }

        var (said, by) = Said(source);
        text = (text.StartsWith("\uFEFF"u8) ? text[3..] : text).TrimStart(" \t\r\n"u8);
        if (WhatText(text) is { } what)
        {
            throw Refuse($"The file is {what}");
        }

        if (IsJson(text))
        {
            return said is FileFormat.Csv
                ? throw Refuse($"The file is JSON, and {by} says CSV. Say format=json, or format=csv if it is CSV after all")
                : said ?? FileFormat.Json;
        }

        var mayBeJson = text is [] or [(byte)'[' or (byte)'{', ..];
        return said is FileFormat.Json or FileFormat.NdJson
            ? mayBeJson ? said.Value : throw Refuse($"The file is no JSON, and {by} says so. Say format=csv if it is CSV")
            : FileFormat.Csv;
    }

    /// <summary>What the media type says, or else the name. Types that clients send of anything say nothing.</summary>
    private static (FileFormat? Format, string By) Said(IngestSource source)
    {
        FileFormat? byType = source.ContentType?.ToLowerInvariant() switch
        {
            "text/csv" or "text/tab-separated-values" or "application/csv" => FileFormat.Csv,
            "application/json" or "text/json" => FileFormat.Json,
            "application/x-ndjson" or "application/ndjson" or "application/jsonl" or "application/x-jsonlines" => FileFormat.NdJson,
            _ => null,
        };
        if (byType is not null)
        {
            return (byType, $"its media type, {source.ContentType},");
        }

        var name = source.FileName?.ToLowerInvariant() ?? string.Empty;
        name = Array.Find(Packed, p => name.EndsWith(p, StringComparison.Ordinal)) is { } packed ? name[..^packed.Length] : name;
        FileFormat? byName = Path.GetExtension(name) switch
        {
            ".csv" or ".tsv" or ".tab" => FileFormat.Csv,
            ".json" => FileFormat.Json,
            ".ndjson" or ".jsonl" => FileFormat.NdJson,
            _ => null,
        };
        return (byName, "its name");
    }

    private static LakehouseException Refuse(string what) =>
        new(ErrorKind.UnsupportedMedia, "unsupported_format", $"{what}. Nothing was registered.");

    private static string? WhatBinary(ReadOnlySpan<byte> data, string? compression) => data switch
    {
        [(byte)'P', (byte)'K', 3, 4, ..] => IsOffice(data)
            ? "an Excel or other Office file. Save the sheet as CSV (UTF-8) and send that"
            : "a ZIP archive. Unpack it and send the files in it, or pack it with gzip",
        [0xD0, 0xCF, 0x11, 0xE0, ..] => "an Excel or other Office file of before 2007. Save the sheet as CSV (UTF-8) and send that",
        [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "a PDF, which holds pages and no table. Export the data as CSV where the PDF was made",
        [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] when IsParquet(data) => "a Parquet file. Say format=parquet, or leave format= out",
        [(byte)'P', (byte)'A', (byte)'R', (byte)'E', ..] when data.Contains((byte)0) => "a Parquet file with an encrypted footer. Write it without encryption",
        [(byte)'B', (byte)'Z', (byte)'h', ..] => "packed with bzip2. Unpack it, or pack it with gzip",
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..] => "packed with xz. Unpack it, or pack it with gzip",
        [(byte)'7', (byte)'z', 0xBC, 0xAF, ..] => "a 7-Zip archive. Unpack it and send the files in it",
        [0x1F, 0x8B, ..] or [0x28, 0xB5, 0x2F, 0xFD, ..] when compression is not null => $"packed twice, with {compression} the second time. Unpack it once",
        [(byte)'A', (byte)'R', (byte)'R', (byte)'O', (byte)'W', (byte)'1', ..] => "an Arrow file. Send CSV or JSON",
        [(byte)'O', (byte)'R', (byte)'C', ..] when data.Contains((byte)0) => "an ORC file. Send CSV or JSON",
        [(byte)'O', (byte)'b', (byte)'j', 1, ..] => "an Avro file. Send CSV or JSON",
        _ when data.Length > TarMarkAt + 5 && data[TarMarkAt..].StartsWith("ustar"u8) => "a tar archive. Unpack it and send the files in it",
        _ when data.StartsWith("SQLite format 3\0"u8) => "a SQLite database. Export its tables as CSV",
        _ => null,
    };

    private static string? WhatText(ReadOnlySpan<byte> text) =>
        Begins(text, "<!doctype html") || Begins(text, "<html") || Begins(text, "<head") || Begins(text, "<body") || Begins(text, "<table")
            ? "a web page (HTML). If it should have been a file, the link leads to a login or an error page; if it is CSV after all, say format=csv"
            : Begins(text, "<?xml") || Begins(text, "<!--") ? "XML. Send CSV or JSON; if it is CSV after all, say format=csv"
            : Begins(text, "{\\rtf") ? "a word processor's file (RTF). Save the table as CSV"
            : null;

    /// <summary>Whether what follows the mark is the head of a page, which no text begins with.</summary>
    private static bool IsParquet(ReadOnlySpan<byte> data) =>
        data.Length > ParquetMark.Length && data[ParquetMark.Length] is < (byte)' ' and not ((byte)'\t' or (byte)'\n' or (byte)'\r') or >= 0x7F;

    /// <summary>An object or an array, and not merely a name in brackets: <c>{</c> or <c>[</c>, then what JSON can have there.</summary>
    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] is not ((byte)'{' or (byte)'['))
        {
            return false;
        }

        var rest = text[1..].TrimStart(" \t\r\n"u8);
        return rest.IsEmpty || (text[0] == '{' ? rest[0] is (byte)'"' or (byte)'}' : rest[0] is (byte)'{' or (byte)'[' or (byte)'"' or (byte)']');
    }

    private static bool Begins(ReadOnlySpan<byte> text, string with) => text.Length >= with.Length && Ascii.EqualsIgnoreCase(text[..with.Length], with);

    private static bool IsOffice(ReadOnlySpan<byte> data) =>
        data.IndexOf("[Content_Types].xml"u8) >= 0 || data.IndexOf("xl/"u8) >= 0 || data.IndexOf("mimetype"u8) >= 0;
}
