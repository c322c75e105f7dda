using System.Buffers;
using System.Text;
using Lakehouse.Core.Configuration;

namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>
/// Reads the records of a CSV file once: checks that they follow RFC 4180, adds every value to its column's profile, and writes the records to the sink in one
/// canonical form, which the engine can read without guessing: lines end in LF, there are no blank lines, and quotes occur only around and inside quoted
/// fields. Bytes that are already canonical are written in runs as long as possible.
/// </summary>
internal sealed class CsvScanner
{
    private const byte Quote = (byte)'"';
    private const byte LineFeed = (byte)'\n';
    private const byte CarriageReturn = (byte)'\r';

    private readonly byte _delimiter;
    private readonly SearchValues<byte> _special;
    private readonly ColumnProfile[] _profiles;
    private readonly int _recordBytesMax;
    private readonly ICsvRecordSink _sink;
    private readonly List<CsvField> _fields = [];

    // State of the current call of Scan.
    private int _runStart;
    private bool _isIrregular;

    /// <summary>Creates a scanner for records with one field for each profile.</summary>
    public CsvScanner(byte delimiter, ColumnProfile[] profiles, long firstLine, int recordBytesMax, ICsvRecordSink sink)
    {
        _delimiter = delimiter;
        _special = SearchValues.Create([delimiter, LineFeed, CarriageReturn, Quote]);
        _profiles = profiles;
        _recordBytesMax = recordBytesMax;
        _sink = sink;
        Line = firstLine;
    }

    /// <summary>The line on which the next record starts, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Increases whenever a column's type, or the SQL that reads the column, changes.</summary>
    public int SchemaVersion { get; private set; }

    /// <summary>Scans the records that end within <paramref name="data"/>.</summary>
    /// <param name="data">Starts with the first byte of a record.</param>
    /// <param name="isFinal">True when the file ends with <paramref name="data"/>.</param>
    /// <returns>The count of bytes scanned; the rest is the start of a record.</returns>
    public int Scan(ReadOnlySpan<byte> data, bool isFinal)
    {
        _runStart = 0;
        var position = 0;
        while (position < data.Length)
        {
            int end;
            try
            {
                end = ScanRecord(data, position, isFinal);
            }
            catch (CsvFormatException error)
            {
                // Invalid bytes before the offset are reported first.
                CsvErrors.RequireText(data[..error.Offset], Line);
                throw CsvErrors.At(data, error.Offset, Line, error.Code, error.Message);
            }

            if (end < 0)
            {
                break;
            }

            position = end;
        }

        var taken = data[..position];
        CsvErrors.RequireText(taken, Line);
        HandOn(data, position);
        Line += taken.Count(LineFeed);
        return position;
    }

    /// <summary>Returns the position after the record and its end of line, or -1 when the record does not end within the data.</summary>
    private int ScanRecord(ReadOnlySpan<byte> data, int start, bool isFinal)
    {
        _isIrregular = false;
        var position = start;
        var field = 0;
        while (true)
        {
            var end = position < data.Length && data[position] == Quote
                ? ScanQuoted(data, position, field, isFinal)
                : ScanPlain(data, position, field, isFinal);
            if (end < 0)
            {
                return -1;
            }

            field++;
            if (end < data.Length && data[end] == _delimiter)
            {
                position = end + 1;
                if (position == data.Length && !isFinal)
                {
                    return -1;
                }

                continue;
            }

            return EndRecord(data, start, end, field);
        }
    }

    /// <summary>Returns the position of the byte that ends an unquoted field, or -1 when the field does not end within the data.</summary>
    private int ScanPlain(ReadOnlySpan<byte> data, int start, int field, bool isFinal)
    {
        var position = start;
        while (true)
        {
            var length = data[position..].IndexOfAny(_special);
            if (length < 0)
            {
                if (!isFinal)
                {
                    return -1;
                }

                position = data.Length;
                break;
            }

            position += length;
            if (data[position] == Quote)
            {
                // A quote inside an unquoted field is a literal quote. Engines disagree on that, so the record is rewritten.
                _isIrregular = true;
                position++;
                continue;
            }

            if (data[position] == CarriageReturn)
            {
                if (position + 1 == data.Length && !isFinal)
                {
                    return -1;
                }

                if (position + 1 == data.Length || data[position + 1] != LineFeed)
                {
                    throw new CsvFormatException(
                        "csv_lone_carriage_return",
                        position,
                        "a carriage return without a line feed. Lines end in LF or CRLF; inside a value it must be quoted");
                }
            }

            break;
        }

        if (position > start && field < _profiles.Length && _profiles[field].Observe(data[start..position]))
        {
            SchemaVersion++;
        }

        return position;
    }

    /// <summary>Returns the position after the closing quote of a quoted field, or -1 when the field does not end within the data.</summary>
    private int ScanQuoted(ReadOnlySpan<byte> data, int start, int field, bool isFinal)
    {
        var position = start + 1;
        var hasEscape = false;
        while (true)
        {
            var length = data[position..].IndexOf(Quote);
            if (length < 0)
            {
                return isFinal ? throw new CsvFormatException("csv_unclosed_quote", start, "the quote that opens here is never closed") : -1;
            }

            position += length + 1;
            if (position == data.Length && !isFinal)
            {
                return -1;
            }

            if (position == data.Length || data[position] != Quote)
            {
                break;
            }

            hasEscape = true;
            position++;
        }

        if (!IsFieldEnd(data, position, isFinal, out var isCut))
        {
            return isCut ? -1 : throw new CsvFormatException(
                "csv_text_after_quote", position, "text follows a closing quote. A quote inside a quoted value is written twice (\"\")");
        }

        if (field < _profiles.Length)
        {
            ref var profile = ref _profiles[field];
            var value = data[(start + 1)..(position - 1)];
            if (value.IsEmpty ? profile.ObserveQuotedEmpty() : hasEscape ? profile.ObserveText() : profile.Observe(value))
            {
                SchemaVersion++;
            }
        }

        return position;
    }

    private bool IsFieldEnd(ReadOnlySpan<byte> data, int position, bool isFinal, out bool isCut)
    {
        isCut = false;
        if (position == data.Length || data[position] == _delimiter || data[position] == LineFeed)
        {
            return true;
        }

        if (data[position] != CarriageReturn)
        {
            return false;
        }

        isCut = position + 1 == data.Length && !isFinal;
        return position + 1 < data.Length && data[position + 1] == LineFeed;
    }

    /// <summary>
    /// Checks the number of fields of the record whose last field ends at <paramref name="end"/>, and adds it to the run or writes it. Returns the position of
    /// the next record.
    /// </summary>
    private int EndRecord(ReadOnlySpan<byte> data, int start, int end, int fieldCount)
    {
        var isBlank = end == start;
        var isAtEndOfFile = end == data.Length;
        var next = isAtEndOfFile ? end : end + (data[end] == CarriageReturn ? 2 : 1);
        if (isBlank && _profiles.Length > 1)
        {
            HandOn(data, start);
            _runStart = next;
            return next;
        }

        if (end - start > _recordBytesMax)
        {
            throw RecordTooLarge(start, _recordBytesMax);
        }

        if (fieldCount != _profiles.Length)
        {
            throw new CsvFormatException(
                "csv_ragged_row", start, $"{fieldCount} {(fieldCount == 1 ? "field" : "fields")}, expected {_profiles.Length} as in the header");
        }

        if (_isIrregular)
        {
            HandOn(data, start);
            WriteAnew(data[start..end]);
            _runStart = next;
        }
        else if (next != end + 1)
        {
            // The record ends in CRLF, or at the end of the file without a line end: write it with LF instead.
            HandOn(data, end);
            _sink.Write("\n"u8);
            _runStart = next;
        }

        if (_sink.EndRecord(next - _runStart))
        {
            HandOn(data, next);
            _runStart = next;
            _sink.EndSegment();
        }

        return next;
    }

    /// <summary>The error of a record that is larger than allowed, or has not ended within the allowed size.</summary>
    public static CsvFormatException RecordTooLarge(int offset, int recordBytesMax) => new(
        "csv_record_too_large", offset, $"the record that starts here is larger than {ByteSize.Format(recordBytesMax)} (ingest.max_record_bytes); is a "
        + "quote in it never closed?");

    /// <summary>Writes the current run of canonical bytes, up to <paramref name="end"/>, to the sink.</summary>
    private void HandOn(ReadOnlySpan<byte> data, int end)
    {
        if (end > _runStart)
        {
            _sink.Write(data[_runStart..end]);
        }

        _runStart = end;
    }

    /// <summary>Writes a record with every field quoted; an unquoted empty field stays NULL.</summary>
    private void WriteAnew(ReadOnlySpan<byte> record)
    {
        CsvRecord.Read(record, _delimiter, isFinal: true, _fields);
        var text = new StringBuilder(record.Length + 16);
        for (var i = 0; i < _fields.Count; i++)
        {
            if (i > 0)
            {
                text.Append((char)_delimiter);
            }

            if (_fields[i].IsQuoted || _fields[i].Text.Length > 0)
            {
                text.Append('"').Append(_fields[i].Text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            }
        }

        text.Append('\n');
        _sink.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
