using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Lakehouse.Core.Errors;
using Lakehouse.Ingest.Internal.Csv.Detection;
using Lakehouse.Ingest.Internal.Files;
using Lakehouse.Ingest.Internal.Tables;
using Lakehouse.Ingest.Internal.Values;

namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>
/// Scans files of any dialect, with rows that may have to be left out, and with totals below the table. Each record is read as a whole before anything is
/// changed by it, and written anew. The records of plain files are left to <see cref="CsvScanner"/>.
/// </summary>
/// <param name="dialect">The form of the records.</param>
/// <param name="columns">The columns.</param>
/// <param name="target">How the records are written.</param>
/// <param name="recordBytesMax">The largest record.</param>
/// <param name="errors">Takes the rows to leave out; null when the first of them ends the ingest.</param>
/// <param name="sink">Receives the records.</param>
/// <param name="notes">Receives a sentence about what was left out below the table.</param>
internal sealed class CsvCarefulScanner(
    CsvDialect dialect, TableColumns columns, CsvTarget target, int recordBytesMax, RowErrors? errors, IRecordSink sink, List<string> notes)
{
    private const byte LineFeed = (byte)'\n';

    private readonly CsvRecord _record = new(dialect, recordBytesMax, columns.Rules);
    private readonly List<(byte[] Text, long Line)> _held = [];
    private readonly ColumnProfile[] _next = new ColumnProfile[columns.Count];
    private readonly ArrayBufferWriter<byte> _output = new();
    private bool _isInSkippedLine;

    /// <summary>Whether what looks like a total or a remark below the table is a row.</summary>
    public bool KeepsFooter { get; init; }

    /// <summary>Whether lines below the table were left out.</summary>
    public bool HasFooter { get; private set; }

    /// <summary>Whether it holds records of which it is not known yet whether they are below the table.</summary>
    public bool IsHolding => _held.Count > 0;

    /// <summary>Whether a blank line stands before the next record.</summary>
    public bool IsAfterBlank { get; set; }

    /// <summary>As <see cref="CsvScanner.Scan"/>.</summary>
    public int Scan(ReadOnlySpan<byte> data, bool isFinal, ref long line)
    {
        var position = _isInSkippedLine ? SkipLine(data, 0, ref line) : 0;
        while (position < data.Length)
        {
            var end = -1;
            try
            {
                end = _record.Read(data, position, isFinal);
                if (end < 0 && data.Length - position > recordBytesMax)
                {
                    throw CsvRecord.TooLarge(position, recordBytesMax);
                }

                if (end < 0)
                {
                    return position;
                }

                RequireText(data, position, end);
                Take(data, position, line);
            }
            catch (TextFormatException error)
            {
                if (errors is null)
                {
                    throw Translate(error, data[position..], position, line);
                }

                if (end < 0)
                {
                    // Where the record ends is not known, so only its first line is left out: what follows may be records again.
                    var text = data[position..];
                    var length = text.IndexOf(LineFeed);
                    errors.Add(line, Reason(error), (length < 0 ? text : text[..length]).TrimEnd((byte)'\r'));
                    position = SkipLine(data, position, ref line);
                    continue;
                }

                errors.Add(line, Reason(error), data[position.._record.End]);
            }

            line += data[position..end].Count(LineFeed);
            position = end;
        }

        if (isFinal)
        {
            EndHeld();
        }

        return position;
    }

    /// <summary>Takes a record that was read: adds it, holds it, or leaves it out.</summary>
    private void Take(ReadOnlySpan<byte> data, int start, long line)
    {
        if (_record.IsComment)
        {
            return;
        }

        if (_record.IsBlank && columns.Count > 1)
        {
            IsAfterBlank = true;
            return;
        }

        RemoveTrailing();
        var count = _record.Fields.Count;
        var isBelow = !KeepsFooter
            && (count < columns.Count ? CsvFooter.Is(Texts(), IsAfterBlank || IsHolding) : count == columns.Count && IsTotal());
        IsAfterBlank = false;
        if (isBelow && _held.Count < CsvFooter.LinesMax)
        {
            _held.Add((data[start.._record.End].ToArray(), line));
            return;
        }

        if (IsHolding)
        {
            // The table goes on, so they are rows of it.
            var held = _held.ToList();
            _held.Clear();
            foreach (var (text, heldLine) in held)
            {
                AddHeld(text, heldLine);
            }

            _record.Read(data, start, isFinal: true);
            RemoveTrailing();
        }

        Add(start, line);
    }

    private void RemoveTrailing()
    {
        if (_record.HasTrailing && _record.Fields.Count == columns.Count + 1)
        {
            _record.RemoveTrailing();
        }
    }

    private void AddHeld(byte[] text, long line)
    {
        try
        {
            _record.Read(text, 0, isFinal: true);
            RemoveTrailing();
            Add(0, line);
        }
        catch (TextFormatException error) when (errors is not null)
        {
            errors.Add(line, Reason(error), text);
        }
        catch (TextFormatException error)
        {
            throw Translate(error, text, 0, line);
        }
    }

    /// <summary>Adds the record to the columns and writes it.</summary>
    private void Add(int start, long line)
    {
        if (_record.Fields.Count != columns.Count)
        {
            var count = _record.Fields.Count;
            throw new TextFormatException(
                "csv_ragged_row",
                start,
                $"{count} {(count == 1 ? "field" : "fields")}, expected {columns.Count} as in the header"
                + (count == columns.Count + 1 && _record.Fields[^1] is { Length: 0, IsQuoted: false }
                    ? ". If every line ends with a delimiter, say trailing=ignore"
                    : ". Is delimiter= right? on_error=skip leaves such rows out"));
        }

        for (var i = 0; i < _next.Length; i++)
        {
            _next[i] = Next(i);
        }

        for (var i = 0; i < _next.Length; i++)
        {
            if (!_next[i].Equals(columns.Profiles[i]))
            {
                columns.Set(i, _next[i], line, _record[FieldOf(i)]);
            }
        }

        _output.ResetWrittenCount();
        _record.WriteTo(_output, target.Delimiter, target.Order);
        sink.Write(_output.WrittenSpan);
        if (sink.EndRecord(0))
        {
            sink.EndSegment();
        }
    }

    /// <summary>The field of the record that belongs to a column.</summary>
    private int FieldOf(int column) => target.Order is { } order ? order[column] : column;

    private ColumnProfile Next(int column)
    {
        var field = FieldOf(column);
        var value = _record[field];
        var (profile, isQuoted) = (columns.Profiles[column], _record.Fields[field].IsQuoted);
        if (value.IsEmpty)
        {
            return isQuoted ? profile.WithQuotedEmpty() : profile;
        }

        if (_record.Fields[field].IsNull)
        {
            return profile;
        }

        if (columns.Declared[column] is not { } declared)
        {
            return profile.With(value, columns.Rules);
        }

        return declared.Accepts(value, columns.Rules)
            ? profile
            : throw BadValue(_record.Fields[field].Offset, columns.Names[column], declared, value);
    }

    /// <summary>The error of a value that does not have the type that was told.</summary>
    private static TextFormatException BadValue(int offset, string column, DeclaredType type, ReadOnlySpan<byte> value) => new(
        "csv_bad_value",
        offset,
        $"'{TableColumns.Beginning(value)}' is no {type.Name}, the type that was told for the column '{column}'. Say null= if it stands for nothing, "
        + $"another type, or on_error=skip to leave such rows out{Advice(value, type)}");

    /// <summary>What else would help, as far as the value itself shows it.</summary>
    private static string Advice(ReadOnlySpan<byte> value, DeclaredType type)
    {
        var isNumber = type.Shape is ValueShape.Integer or ValueShape.Float or ValueShape.Decimal;
        var trimmed = value.Trim((byte)' ');
        return trimmed.Length < value.Length ? ". trim=true leaves out the blanks around values"
            : isNumber && value.Count((byte)',') > 0 ? ". decimal=, or thousands=, tells what its comma is"
            : isNumber && value.Count((byte)'.') > 1 ? ". thousands=. tells what its points are"
            : string.Empty;
    }

    /// <summary>Whether the first value is a word for a total: in a column of another type, or in a row half of which is empty.</summary>
    private bool IsTotal()
    {
        for (var field = 0; field < columns.Count; field++)
        {
            if (!_record[field].IsEmpty)
            {
                var column = target.Order is { } order ? Array.IndexOf(order, field) : field;
                var isTyped = columns.Declared[column] is { } declared
                    ? declared.Shape is not ValueShape.Text
                    : columns.Profiles[column].Kind is not (ColumnKind.Text or ColumnKind.Unknown);
                return (isTyped || IsHalfEmpty()) && CsvFooter.IsWord(Encoding.UTF8.GetString(_record[field]), isAmongNames: !isTyped);
            }
        }

        return false;
    }

    private bool IsHalfEmpty()
    {
        var empty = 0;
        for (var i = 0; i < _record.Fields.Count; i++)
        {
            empty += _record[i].IsEmpty ? 1 : 0;
        }

        return empty > 0 && empty * 2 >= _record.Fields.Count - 1;
    }

    private string[] Texts()
    {
        var texts = new string[_record.Fields.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = Encoding.UTF8.GetString(_record[i]);
        }

        return texts;
    }

    private void EndHeld()
    {
        if (!IsHolding)
        {
            return;
        }

        var first = Encoding.UTF8.GetString(_held[0].Text);
        notes.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"Below the table, {(_held.Count == 1 ? "the last line was" : $"{_held.Count} lines were")} left out, from line {_held[0].Line}: "
            + $"{TableColumns.Beginning(Encoding.UTF8.GetBytes(first))}. footer=keep makes {(_held.Count == 1 ? "it a row" : "them rows")}."));
        _held.Clear();
        HasFooter = true;
    }

    /// <summary>Returns the offset of the next line, and remembers when it is not within the data.</summary>
    private int SkipLine(ReadOnlySpan<byte> data, int start, ref long line)
    {
        var length = data[start..].IndexOf(LineFeed);
        _isInSkippedLine = length < 0;
        line += _isInSkippedLine ? 0 : 1;
        return _isInSkippedLine ? data.Length : start + length + 1;
    }

    private static void RequireText(ReadOnlySpan<byte> data, int start, int end)
    {
        var record = data[start..end];
        if (!Utf8.IsValid(record) || record.Contains((byte)0))
        {
            throw new TextFormatException("csv_not_utf8", start, "it holds bytes that are not UTF-8, or NUL bytes");
        }
    }

    private static LakehouseException Translate(TextFormatException error, ReadOnlySpan<byte> data, int offset, long line)
    {
        var inRecord = Math.Max(0, error.Offset - offset);

        // Invalid bytes before the offset are reported first.
        CsvErrors.RequireText(error.Code == "csv_not_utf8" ? data : data[..Math.Min(inRecord, data.Length)], line);
        return TextErrors.At(data, inRecord, line, error.Code, error.Message);
    }

    /// <summary>What is wrong, without what would help: the rows are left out already.</summary>
    private static string Reason(TextFormatException error) => error.Message.Split(". ")[0];
}
