using System.Buffers;
using Lakehouse.Ingest.Internal.Files;
using Lakehouse.Ingest.Internal.Values;

namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>
/// Reads single records of any dialect, with every field unescaped. <see cref="CsvScanner"/> follows the same rules for plain files, and is several times as
/// fast. Not thread-safe; the fields are valid until the next record.
/// </summary>
internal sealed class CsvRecord(CsvDialect dialect, int sizeBytesMax, ValueRules? rules = null)
{
    private const byte LineFeed = (byte)'\n';
    private const byte CarriageReturn = (byte)'\r';

    private readonly List<CsvField> _fields = [];
    private byte[] _text = new byte[1_024];
    private int _length;

    /// <summary>The fields of the record.</summary>
    public IReadOnlyList<CsvField> Fields => _fields;

    /// <summary>Whether the record is a line without anything in it.</summary>
    public bool IsBlank => _fields is [{ Length: 0, IsQuoted: false }];

    /// <summary>Whether the record is a comment, and has no fields.</summary>
    public bool IsComment => _fields.Count == 0;

    /// <summary>The offset after the last field, before the end of the line.</summary>
    public int End { get; private set; }

    /// <summary>The unescaped bytes of a field.</summary>
    public ReadOnlySpan<byte> this[int field] => _text.AsSpan(_fields[field].Start, _fields[field].Length);

    /// <summary>Reads the record that begins at <paramref name="start"/>.</summary>
    /// <param name="data">A part of the file.</param>
    /// <param name="start">The offset of the first byte of a record.</param>
    /// <param name="isFinal">Whether the file ends with <paramref name="data"/>.</param>
    /// <returns>The offset of the next record; -1 when this one does not end within the data.</returns>
    /// <exception cref="TextFormatException">It is malformed.</exception>
    public int Read(ReadOnlySpan<byte> data, int start, bool isFinal)
    {
        _fields.Clear();
        _length = 0;
        if (dialect.Comment != 0 && start < data.Length && data[start] == dialect.Comment)
        {
            var line = data[start..].IndexOf(LineFeed);
            End = line < 0 ? data.Length : start + line;
            return line >= 0 ? End + 1 : isFinal ? data.Length : -1;
        }

        var position = start;
        while (true)
        {
            var end = ReadField(data, position, isFinal);
            if (end < 0)
            {
                return -1;
            }

            if (end < data.Length && data[end] == dialect.Delimiter)
            {
                position = end + 1;
                if (position == data.Length && !isFinal)
                {
                    return -1;
                }

                continue;
            }

            if (end - start > sizeBytesMax)
            {
                throw TooLarge(start, sizeBytesMax);
            }

            End = end;
            return end == data.Length ? end : end + (data[end] == CarriageReturn ? 2 : 1);
        }
    }

    /// <summary>Whether the record ends in an empty field that may be left out.</summary>
    public bool HasTrailing => dialect.IgnoreTrailing && _fields is [_, .., { Length: 0, IsQuoted: false }];

    /// <summary>Leaves the last field out.</summary>
    public void RemoveTrailing() => _fields.RemoveAt(_fields.Count - 1);

    /// <summary>
    /// Writes the record in canonical form, with a line feed: fields are quoted that were, or that need it; those that mean NULL are empty.
    /// </summary>
    /// <param name="output">Receives it.</param>
    /// <param name="delimiter">Between fields.</param>
    /// <param name="order">For each column the field that is written; null for the order of the fields.</param>
    public void WriteTo(ArrayBufferWriter<byte> output, byte delimiter, int[]? order = null)
    {
        for (var i = 0; i < _fields.Count; i++)
        {
            if (i > 0)
            {
                output.Write([delimiter]);
            }

            var field = order is null ? i : order[i];
            var value = this[field];
            if (_fields[field].IsNull)
            {
                continue;
            }

            if (!_fields[field].IsQuoted && value.IndexOfAny([delimiter, (byte)'"', LineFeed, CarriageReturn]) < 0)
            {
                output.Write(value);
                continue;
            }

            output.Write("\""u8);
            while (value.IndexOf((byte)'"') is var quote and >= 0)
            {
                output.Write(value[..(quote + 1)]);
                output.Write("\""u8);
                value = value[(quote + 1)..];
            }

            output.Write(value);
            output.Write("\""u8);
        }

        output.Write("\n"u8);
    }

    /// <summary>The error of a record that is larger than allowed, or has not ended within the allowed size.</summary>
    public static TextFormatException TooLarge(int offset, int sizeBytesMax) => new(
        "csv_record_too_large", offset, TextErrors.TooLarge(sizeBytesMax, "; is a quote in it never closed?"));

    private int ReadField(ReadOnlySpan<byte> data, int start, bool isFinal)
    {
        var position = dialect.Trim ? SkipBlanks(data, start) : start;
        return position < data.Length && dialect.Quote != 0 && data[position] == dialect.Quote
            ? ReadQuoted(data, position, isFinal)
            : ReadPlain(data, start, isFinal);
    }

    /// <summary>Returns the offset of the byte that ends the field, or -1.</summary>
    private int ReadPlain(ReadOnlySpan<byte> data, int start, bool isFinal)
    {
        // An escape counts outside of quotes only in files that have none.
        var escape = dialect.Quote == 0 && dialect.Escape != 0 ? dialect.Escape : LineFeed;
        var (from, position, hasEscape) = (_length, start, false);
        while (true)
        {
            var length = data[position..].IndexOfAny([dialect.Delimiter, LineFeed, CarriageReturn, escape]);
            if (length < 0 && !isFinal)
            {
                return -1;
            }

            var end = length < 0 ? data.Length : position + length;
            Append(data[position..end]);
            position = end;
            if (end < data.Length && escape != LineFeed && data[end] == escape)
            {
                if (end + 1 == data.Length)
                {
                    return isFinal ? throw new TextFormatException("csv_open_escape", end, "an escape at the end of the file, with nothing after it") : -1;
                }

                Append(data.Slice(end + 1, 1));
                position = end + 2;
                hasEscape = true;
                continue;
            }

            if (end < data.Length && data[end] == CarriageReturn && !IsLineEnd(data, end, isFinal, out var isCut))
            {
                return isCut ? -1 : throw new TextFormatException(
                    "csv_lone_carriage_return",
                    end,
                    "a carriage return without a line feed. Lines end in LF or CRLF; inside a value it must be quoted");
            }

            break;
        }

        if (dialect.Trim)
        {
            var text = _text.AsSpan(from, _length - from);
            var blanks = text.Length - text.TrimStart(" \t"u8).Length;
            _length = from + text.TrimEnd(" \t"u8).Length;
            from = Math.Min(from + blanks, _length);
        }

        // As it is written: \N is NULL, and \\N is the text \N.
        var written = hasEscape ? data[start..position] : _text.AsSpan(from, _length - from);
        _fields.Add(new CsvField(from, _length - from, start, IsQuoted: false, IsNull: written.IsEmpty || rules?.IsNull(written) == true));
        return position;
    }

    /// <summary>Returns the offset after the closing quote, and after blanks that may follow it, or -1.</summary>
    private int ReadQuoted(ReadOnlySpan<byte> data, int start, bool isFinal)
    {
        var (from, position) = (_length, start + 1);
        while (true)
        {
            var length = data[position..].IndexOfAny(dialect.Quote, dialect.Escape == 0 ? dialect.Quote : dialect.Escape);
            if (length < 0)
            {
                return isFinal ? throw Unclosed(start) : -1;
            }

            Append(data.Slice(position, length));
            position += length;
            var isEscape = dialect.Escape != dialect.Quote && data[position] == dialect.Escape;
            if (position + 1 == data.Length && (isEscape || !isFinal))
            {
                return isFinal ? throw Unclosed(start) : -1;
            }

            var isDoubled = dialect.Escape == dialect.Quote && position + 1 < data.Length && data[position + 1] == dialect.Quote;
            if (!isEscape && !isDoubled)
            {
                break;
            }

            Append(data.Slice(position + 1, 1));
            position += 2;
        }

        var end = dialect.Trim ? SkipBlanks(data, position + 1) : position + 1;
        if (end == data.Length ? !isFinal : data[end] != dialect.Delimiter && data[end] != LineFeed && !IsLineEnd(data, end, isFinal, out _))
        {
            var isCut = end == data.Length || (data[end] == CarriageReturn && end + 1 == data.Length && !isFinal);
            return isCut ? -1 : throw new TextFormatException(
                "csv_text_after_quote",
                end,
                dialect.Escape == dialect.Quote
                    ? "text follows a closing quote. A quote inside a quoted value is written twice (\"\"); if it is written otherwise, say escape="
                    : "text follows a closing quote");
        }

        _fields.Add(new CsvField(from, _length - from, start, IsQuoted: true, IsNull: false));
        return end;
    }

    private static TextFormatException Unclosed(int offset) =>
        new("csv_unclosed_quote", offset, "the quote that opens here is never closed. If quotes are plain characters in this file, say quote=none");

    private int SkipBlanks(ReadOnlySpan<byte> data, int position)
    {
        while (position < data.Length && data[position] is (byte)' ' or (byte)'\t' && data[position] != dialect.Delimiter)
        {
            position++;
        }

        return position;
    }

    private static bool IsLineEnd(ReadOnlySpan<byte> data, int position, bool isFinal, out bool isCut)
    {
        isCut = data[position] == CarriageReturn && position + 1 == data.Length && !isFinal;
        return data[position] == CarriageReturn && position + 1 < data.Length && data[position + 1] == LineFeed;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_text.Length - _length < bytes.Length)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _length + bytes.Length));
        }

        bytes.CopyTo(_text.AsSpan(_length));
        _length += bytes.Length;
    }
}
