using System.Globalization;
using System.Text;
using Lakehouse.Ingest.Internal.Files;
using Lakehouse.Ingest.Internal.Values;

namespace Lakehouse.Ingest.Internal.Csv.Detection;

/// <summary>What the start of a file, and what was told about it, says about the rest.</summary>
/// <param name="Dialect">The form of the records.</param>
/// <param name="Rules">The form of the values.</param>
/// <param name="Names">The names of the columns.</param>
/// <param name="Size">The bytes up to the first record of data.</param>
/// <param name="FirstLine">The line of that record, from 1.</param>
/// <param name="Notes">What was recognised and left out, a sentence each.</param>
internal sealed record CsvStart(CsvDialect Dialect, ValueRules Rules, string[] Names, int Size, long FirstLine, IReadOnlyList<string> Notes)
{
    /// <summary>Reads the start of a file.</summary>
    /// <param name="data">UTF-8, without a byte order mark.</param>
    /// <param name="isWholeFile">Whether the file ends with <paramref name="data"/>.</param>
    /// <param name="options">What was told.</param>
    /// <param name="limits">The bounds.</param>
    /// <exception cref="Core.Errors.LakehouseException"><c>csv_*</c> (<see cref="Core.Errors.ErrorKind.Unprocessable"/>).</exception>
    public static CsvStart Read(ReadOnlySpan<byte> data, bool isWholeFile, ReadOptions options, IngestOptions limits)
    {
        var notes = new List<string>();
        var (start, line) = SkipLines(data, options.Skip ?? 0, isWholeFile);
        var delimiter = ReadSeparatorLine(data[start..], out var separatorSize);
        if (delimiter is not null)
        {
            notes.Add($"The first line, sep={(char)delimiter}, names the delimiter and was left out.");
            (start, line) = (start + separatorSize, line + 1);
        }

        var dialect = new CsvDialect(
            options.Delimiter is { } told ? (byte)told : delimiter ?? (byte)',',
            (byte)(options.Quote ?? '"'),
            (byte)(options.Escape ?? options.Quote ?? '"'),
            (byte)(options.Comment ?? '\0'),
            options.Trim,
            options.IgnoreTrailing);
        var text = data[start..];
        if (options.Delimiter is null && delimiter is null)
        {
            dialect = dialect with { Delimiter = CsvDelimiter.Detect(text, dialect, isWholeFile) };
        }

        var sample = CsvSample.Read(text, dialect, isWholeFile);
        if (sample.Records.Count == 0)
        {
            throw Unreadable(text, line, dialect, isWholeFile, limits);
        }

        var isPreambleKnown = options.Skip is not null || options.Header is not HeaderMode.Auto || options.Columns is not null;
        var preamble = isPreambleKnown || !sample.HasTable ? 0 : sample.PreambleCount;
        var (fields, offset, first) = sample.Records[preamble];
        if (preamble > 0)
        {
            var (lines, them) = first == 1 ? ("line was", "it") : (string.Create(CultureInfo.InvariantCulture, $"{first} lines were"), "them");
            notes.Add($"The first {lines} taken for a preamble and left out; skip=0 keeps {them}.");
        }

        var end = new CsvRecord(dialect, int.MaxValue).Read(text, offset, isWholeFile);
        CsvErrors.RequireText(text[..end], line);
        var (names, hasHeader) = CsvHeader.Read(fields, line + first, options, limits.MaxColumns, [.. sample.Records.Skip(preamble + 1).Select(r => r.Fields)]);
        offset = hasHeader ? end : offset;

        var hasNumbers = options.DecimalSeparator is not null || options.GroupSeparator is not null;
        var rules = new ValueRules(
            options.Nulls,
            hasNumbers ? new NumberFormat(options.DecimalSeparator ?? '.', options.GroupSeparator) : null,
            options.DateFormat is null ? null : TimeFormat.Parse("date_format", options.DateFormat, hasTime: false),
            options.TimestampFormat is null ? null : TimeFormat.Parse("timestamp_format", options.TimestampFormat, hasTime: true),
            dialect.Delimiter == ';' && !hasNumbers);
        return new CsvStart(dialect, rules, names, start + offset, line + text[..offset].Count((byte)'\n'), notes);
    }

    private static (int Offset, long Line) SkipLines(ReadOnlySpan<byte> data, int count, bool isWholeFile)
    {
        var offset = 0;
        for (var i = 0; i < count; i++)
        {
            var length = data[offset..].IndexOf((byte)'\n');
            if (length < 0)
            {
                var what = isWholeFile ? $"skip={count} leaves nothing: the file has {i + 1} lines or fewer" : "the lines to skip do not end";
                throw TextErrors.Whole("csv_no_rows", what);
            }

            offset += length + 1;
        }

        return (offset, count + 1);
    }

    /// <summary>Excel's <c>sep=;</c>, alone on the first line.</summary>
    private static byte? ReadSeparatorLine(ReadOnlySpan<byte> data, out int size)
    {
        size = 0;
        var end = data.IndexOf((byte)'\n');
        if (end < 0)
        {
            return null;
        }

        var line = data[..end].TrimEnd((byte)'\r').Trim((byte)'"');
        size = end + 1;
        return line.Length == 5 && Ascii.EqualsIgnoreCase(line[..4], "sep=") && line[4] is (byte)',' or (byte)';' or (byte)'\t' or (byte)'|' ? line[4] : null;
    }

    /// <summary>The error of a file whose first record is malformed, or does not end within the sample.</summary>
    private static Exception Unreadable(ReadOnlySpan<byte> text, long line, CsvDialect dialect, bool isWholeFile, IngestOptions limits)
    {
        var record = new CsvRecord(dialect, limits.MaxRecordBytes);
        var position = 0;
        try
        {
            while (position >= 0 && position < text.Length)
            {
                position = record.Read(text, position, isWholeFile);
            }
        }
        catch (TextFormatException error)
        {
            CsvErrors.RequireText(text[..error.Offset], line);
            return TextErrors.At(text, error.Offset, line, error.Code, error.Message);
        }

        return position < 0
            ? TextErrors.At([], 0, line, "csv_header_too_long", $"the first record does not end within {text.Length} bytes")
            : TextErrors.Whole("csv_empty", "the file holds no records");
    }
}
