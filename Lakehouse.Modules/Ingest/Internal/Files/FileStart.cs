using System.Text;
using System.Text.Unicode;
using Lakehouse.Core.Errors;

namespace Lakehouse.Ingest.Internal.Files;

/// <summary>Recognises files that are no tables of text by their first bytes, so that the error can name what they are and what helps.</summary>
internal static class FileStart
{
    // The first bytes may end within a character.
    private const int BytesOfCharacterMax = 4;

    /// <summary>Refuses a file that is something else.</summary>
    /// <param name="data">Its first bytes, unpacked.</param>
    /// <param name="isTold">Whether its format was told, so that text that looks like another format is taken as it is.</param>
    /// <param name="isPacked">Whether it was packed.</param>
    /// <exception cref="LakehouseException"><c>unsupported_format</c> (<see cref="ErrorKind.UnsupportedMedia"/>).</exception>
    public static void RequireText(ReadOnlySpan<byte> data, bool isTold, bool isPacked)
    {
        if (isTold && !data.Contains((byte)0) && Utf8.IsValid(data[..Math.Max(0, data.Length - BytesOfCharacterMax)]))
        {
            return; // PAR1,PAR2 may be names
        }

        var what = data switch
        {
            [(byte)'P', (byte)'K', 3, 4, ..] => IsOffice(data)
                ? "an Excel or other Office file. Save the sheet as CSV (UTF-8) and send that"
                : "a ZIP archive. Unpack it and send the files in it, or pack it with gzip",
            [0xD0, 0xCF, 0x11, 0xE0, ..] => "an Excel or other Office file of before 2007. Save the sheet as CSV (UTF-8) and send that",
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "a PDF, which holds pages and no table. Export the data as CSV where the PDF was made",
            [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => "a Parquet file. Store it with /v1/storage/put and register it with /v1/catalog/register",
            [0x28, 0xB5, 0x2F, 0xFD, ..] => "packed with zstd. Unpack it, or pack it with gzip",
            [(byte)'B', (byte)'Z', (byte)'h', ..] => "packed with bzip2. Unpack it, or pack it with gzip",
            [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..] => "packed with xz. Unpack it, or pack it with gzip",
            [(byte)'7', (byte)'z', 0xBC, 0xAF, ..] => "a 7-Zip archive. Unpack it and send the files in it",
            [0x1F, 0x8B, ..] when isPacked => "packed with gzip twice. Unpack it once",
            [(byte)'A', (byte)'R', (byte)'R', (byte)'O', (byte)'W', (byte)'1', ..] => "an Arrow file. Send CSV",
            [(byte)'O', (byte)'R', (byte)'C', ..] when data.Contains((byte)0) => "an ORC file. Send CSV",
            [(byte)'O', (byte)'b', (byte)'j', 1, ..] => "an Avro file. Send CSV",
            _ when data.StartsWith("SQLite format 3\0"u8) => "a SQLite database. Export its tables as CSV",
            _ when !isTold => WhatText(data),
            _ => null,
        };
        if (what is not null)
        {
            throw new LakehouseException(ErrorKind.UnsupportedMedia, "unsupported_format", $"The file is {what}. Nothing was registered.");
        }
    }

    private static string? WhatText(ReadOnlySpan<byte> data)
    {
        var text = data.StartsWith("\uFEFF"u8) ? data[3..] : data;
        text = text.TrimStart(" \t\r\n"u8);
        return Begins(text, "<!doctype html") || Begins(text, "<html") || Begins(text, "<head") || Begins(text, "<body") || Begins(text, "<table")
            ? "a web page (HTML). If it should have been a file, the link leads to a login or an error page; if it is CSV after all, say format=csv"
            : Begins(text, "<?xml") || Begins(text, "<!--") ? "XML. Send CSV; if it is CSV after all, say format=csv"
            : Begins(text, "{\\rtf") ? "a word processor's file (RTF). Save the table as CSV"
            : IsJson(text) ? "JSON. Send CSV; if it is CSV after all, say format=csv"
            : null;
    }

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
