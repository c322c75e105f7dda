using System.Buffers;
using System.Text;
using Lakehouse.Ingest.Internal.Csv.Detection;
using Lakehouse.Ingest.Internal.Tables;
using Lakehouse.Ingest.Internal.Values;

namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>
/// Reads the records of a plain CSV file once: checks that they follow RFC 4180, adds every value to its column's profile, and writes the records to the sink
/// in one canonical form, which the engine can read without guessing: lines end in LF, there are no blank lines, and quotes occur only around and inside quoted
/// fields. Bytes that are already canonical are written in runs as long as possible. It stops at a record that is not regular, and changes nothing by it.
/// </summary>
/// <param name="delimiter">Between fields.</param>
/// <param name="columns">The columns.</param>
/// <param name="recordBytesMax">The largest record.</param>
/// <param name="sink">Receives the records.</param>
internal sealed class CsvScanner(byte delimiter, TableColumns columns, int recordBytesMax, IRecordSink sink)
{
    private const byte Quote = (byte)'"';
    private const byte LineFeed = (byte)'\n';
    private const byte CarriageReturn = (byte)'\r';

    // What the methods return instead of a position.
    private const int Cut = -1;
    private const int Irregular = -2;

    private readonly SearchValues<byte> _special = SearchValues.Create([delimiter, LineFeed, CarriageReturn, Quote]);
    private readonly int _count = columns.Count;
    private readonly bool _hasNulls = columns.Rules.Nulls.Count > 0;
    private readonly CsvRecord _record = new(new CsvDialect(delimiter), recordBytesMax, columns.Rules);

    // What the current record has changed.
    private readonly List<(int Column, ColumnProfile Before)> _changes = [];

    private readonly ArrayBufferWriter<byte> _output = new();

    // State of the current call of Scan.
    private int _runStart;
    private bool _isRewritten;
    private long _line;

    /// <summary>Whether it has stopped at a record that is not regular: malformed, or perhaps a total below the table.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Whether a blank line stands before the next record.</summary>
    public bool IsAfterBlank { get; set; }

    /// <summary>Scans the records that end within <paramref name="data"/>.</summary>
    /// <param name="data">Starts with the first byte of a record.</param>
    /// <param name="isFinal">True when the file ends with <paramref name="data"/>.</param>
    /// <param name="line">The line on which the first record starts, from 1; then the line of the first record that was not scanned.</param>
    /// <returns>The count of bytes scanned; the rest is the start of a record.</returns>
    public int Scan(ReadOnlySpan<byte> data, bool isFinal, ref long line)
    {
        IsStopped = false;
        _line = line;
        _runStart = 0;
        var position = 0;
        while (position < data.Length)
        {
            // The last record may be a total, which the careful scanner recognises.
            var end = isFinal && IsLast(data, position) ? Irregular : ScanRecord(data, position, isFinal);
            if (end < 0)
            {
                TakeBack();
                IsStopped = end == Irregular;
                break;
            }

            _changes.Clear();
            position = end;
        }

        var taken = data[..position];
        CsvErrors.RequireText(taken, line);
        HandOn(data, position);
        line += taken.Count(LineFeed);
        return position;
    }

    /// <summary>Whether no line but blank ones follows that which begins here.</summary>
    private static bool IsLast(ReadOnlySpan<byte> data, int start)
    {
        const int near = 64 * 1024;
        if (data.Length - start > near || data[start] is CarriageReturn or LineFeed)
        {
            return false;
        }

        var end = data[start..].IndexOf(LineFeed);
        return end < 0 || data[(start + end)..].IndexOfAnyExcept(CarriageReturn, LineFeed) < 0;
    }

    private void TakeBack()
    {
        for (var i = _changes.Count - 1; i >= 0; i--)
        {
            columns.Restore(_changes[i].Column, _changes[i].Before);
        }

        _changes.Clear();
    }

    /// <summary>Returns the position after the record and its end of line, <see cref="Cut"/> when the record does not end within the data, or
    /// <see cref="Irregular"/>.</summary>
    private int ScanRecord(ReadOnlySpan<byte> data, int start, bool isFinal)
    {
        _isRewritten = false;
        var position = start;
        var field = 0;
        while (true)
        {
            var end = position < data.Length && data[position] == Quote
                ? ScanQuoted(data, position, field, isFinal)
                : ScanPlain(data, position, field, isFinal);
            if (end < 0)
            {
                return end;
            }

            field++;
            if (end < data.Length && data[end] == delimiter)
            {
                position = end + 1;
                if (position == data.Length && !isFinal)
                {
                    return Cut;
                }

                continue;
            }

            return EndRecord(data, start, end, field);
        }
    }

    /// <summary>Returns the position of the byte that ends an unquoted field, or a negative number.</summary>
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
                    return Cut;
                }

                position = data.Length;
                break;
            }

            position += length;
            if (data[position] == Quote)
            {
                // A quote inside an unquoted field is a literal quote. Engines disagree on that, so the record is rewritten.
                _isRewritten = true;
                position++;
                continue;
            }

            if (data[position] == CarriageReturn)
            {
                if (position + 1 == data.Length && !isFinal)
                {
                    return Cut;
                }

                if (position + 1 == data.Length || data[position + 1] != LineFeed)
                {
                    return Irregular;
                }
            }

            break;
        }

        return position == start || field >= _count || (_hasNulls && columns.Rules.IsNull(data[start..position]))
            || Observe(data, field, data[start..position], start)
            ? position
            : Irregular;
    }

    /// <summary>Adds a value to its column. False when it does not fit, or when the record may be a total below the table.</summary>
    private bool Observe(ReadOnlySpan<byte> data, int field, ReadOnlySpan<byte> value, int start)
    {
        if (columns.HasDeclared && columns.Declared[field] is { } declared)
        {
            return declared.Accepts(value, columns.Rules);
        }

        var before = columns.Profiles[field];
        var next = before.With(value, columns.Rules);
        return next.Equals(before) || Change(data, field, next, value, start);
    }

    private bool Change(ReadOnlySpan<byte> data, int field, ColumnProfile next, ReadOnlySpan<byte> value, int start)
    {
        var before = columns.Profiles[field];
        if (next.Kind == ColumnKind.Text && before.Kind is not (ColumnKind.Text or ColumnKind.Unknown) && CsvFooter.IsWord(Encoding.UTF8.GetString(value)))
        {
            return false;
        }

        _changes.Add((field, before));
        columns.Set(field, next, _line + data[..start].Count(LineFeed), value);
        return true;
    }

    /// <summary>Returns the position after the closing quote of a quoted field, or a negative number.</summary>
    private int ScanQuoted(ReadOnlySpan<byte> data, int start, int field, bool isFinal)
    {
        var position = start + 1;
        var hasEscape = false;
        while (true)
        {
            var length = data[position..].IndexOf(Quote);
            if (length < 0)
            {
                return isFinal ? Irregular : Cut;
            }

            position += length + 1;
            if (position == data.Length && !isFinal)
            {
                return Cut;
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
            return isCut ? Cut : Irregular;
        }

        return field >= _count || ObserveQuoted(data, field, data[(start + 1)..(position - 1)], start, hasEscape) ? position : Irregular;
    }

    private bool ObserveQuoted(ReadOnlySpan<byte> data, int field, ReadOnlySpan<byte> value, int start, bool hasEscape)
    {
        var before = columns.Profiles[field];
        if (!value.IsEmpty && !hasEscape)
        {
            return Observe(data, field, value, start);
        }

        if (!value.IsEmpty && columns.Declared[field] is not null)
        {
            return false; // its escapes must be resolved first
        }

        var next = value.IsEmpty ? before.WithQuotedEmpty() : before.WithText();
        return next.Equals(before) || Change(data, field, next, value, start);
    }

    private bool IsFieldEnd(ReadOnlySpan<byte> data, int position, bool isFinal, out bool isCut)
    {
        isCut = false;
        if (position == data.Length || data[position] == delimiter || data[position] == LineFeed)
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
        if (isBlank && _count > 1)
        {
            HandOn(data, start);
            _runStart = next;
            IsAfterBlank = true;
            return next;
        }

        IsAfterBlank = false;
        if (end - start > recordBytesMax || fieldCount != _count)
        {
            return Irregular;
        }

        if (_isRewritten)
        {
            HandOn(data, start);
            WriteAnew(data[start..end]);
            _runStart = next;
        }
        else if (next != end + 1)
        {
            // The record ends in CRLF, or at the end of the file without a line end: write it with LF instead.
            HandOn(data, end);
            sink.Write("\n"u8);
            _runStart = next;
        }

        if (sink.EndRecord(next - _runStart))
        {
            HandOn(data, next);
            _runStart = next;
            sink.EndSegment();
        }

        return next;
    }

    /// <summary>Writes the current run of canonical bytes, up to <paramref name="end"/>, to the sink.</summary>
    private void HandOn(ReadOnlySpan<byte> data, int end)
    {
        if (end > _runStart)
        {
            sink.Write(data[_runStart..end]);
        }

        _runStart = end;
    }

    /// <summary>Writes a record with every field quoted; what means NULL stays an empty field without quotes.</summary>
    private void WriteAnew(ReadOnlySpan<byte> record)
    {
        _record.Read(record, 0, isFinal: true);
        _record.WriteTo(_output, delimiter);
        sink.Write(_output.WrittenSpan);
        _output.ResetWrittenCount();
    }
}
