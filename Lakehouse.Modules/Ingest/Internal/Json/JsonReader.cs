using System.Text.Json;
using System.Text.Unicode;
using Lakehouse.Core.Errors;
using Lakehouse.Ingest.Internal.Files;
using Lakehouse.Ingest.Internal.Tables;
using Lakehouse.Ingest.Internal.Values;

namespace Lakehouse.Ingest.Internal.Json;

/// <summary>Reads files of JSON objects: one on each line, one after the other, or in one array.</summary>
internal sealed class JsonReader : ITableReader
{
    private const int SampleSize = 256 * 1024;

    /// <summary>Of values one after the other.</summary>
    private static readonly JsonReaderOptions Several = JsonRow.Options with { AllowMultipleValues = true };

    private readonly ReadOptions _reading;
    private readonly ColumnTypes _types;
    private readonly IngestOptions _options;
    private readonly RowErrors? _errors;
    private readonly List<string> _notes;
    private readonly JsonNames _names;
    private JsonRow? _row;
    private Layout _layout;
    private Place _place;
    private bool _isGuessed;
    private long _charactersBefore;
    private long _line;
    private long _rows;
    private long _rowsBefore;

    /// <summary>Creates a reader.</summary>
    /// <param name="reading">What was told.</param>
    /// <param name="types">The types that were told.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="errors">Takes the rows to leave out; null when the first of them ends the ingest.</param>
    /// <param name="notes">Receives a sentence for everything that was left out.</param>
    /// <exception cref="LakehouseException"><c>invalid_option</c>: something was told that JSON does not have.</exception>
    public JsonReader(ReadOptions reading, ColumnTypes types, IngestOptions options, RowErrors? errors, List<string> notes)
    {
        (_reading, _types, _options, _errors, _notes) = (reading, types, options, errors, notes);
        ToldOptions.RequireJson(reading);
        var rules = new ValueRules(
            reading.Nulls,
            null,
            reading.DateFormat is null ? null : TimeFormat.Parse("date_format", reading.DateFormat, hasTime: false),
            reading.TimestampFormat is null ? null : TimeFormat.Parse("timestamp_format", reading.TimestampFormat, hasTime: true),
            isPointDoubtful: false);

        // A member that no object has is null in all of them, so a file has all columns of the dataset.
        Columns = new TableColumns([.. types.Dataset.Select(c => c.Name)], [.. types.Dataset.Select(c => types.Find(c.Name, isOfDataset: true))], rules);
        _names = new JsonNames(Columns, types, reading.CleanNames, options.MaxColumns);
    }

    private enum Layout
    {
        /// <summary>One object on each line.</summary>
        Lines,

        /// <summary>Objects, with white space between them or in them.</summary>
        Values,

        /// <summary>One array of objects.</summary>
        Array,
    }

    private enum Place
    {
        Start,
        FirstElement,
        Element,
        AfterElement,
        End,
    }

    public TableColumns Columns { get; }

    public RecordForm Form { get; } = new((byte)',', IsOpen: true);

    public FileFormat Format => _layout is Layout.Lines ? FileFormat.NdJson : FileFormat.Json;

    public char? Delimiter => null;

    public async Task<bool> ReadAsync(
        UnpackedFile file, IRecordSink sink, Func<Task> afterBlock, long sizeBytesMax, CancellationToken cancellationToken)
    {
        using var block = new TextBlock(file, _options.MaxRecordBytes);
        await block.FillAsync(SampleSize, cancellationToken);
        Begin(block, file.Format, sink);
        await block.ScanAsync(Scan, TooLarge, afterBlock, sizeBytesMax, cancellationToken);
        return block.IsAtEnd;
    }

    public void End(long rowCount)
    {
        if ((rowCount == 0 && _types.Dataset.Count == 0) || Columns.Count == 0)
        {
            var what = rowCount == 0 ? "the file has no objects, so there are no rows" : "the objects have no members, so there are no columns";
            throw TextErrors.Whole("json_no_rows", what);
        }

        _types.RequireNames(Columns.Names);
        if (rowCount == 1 && FindTable() is { } table)
        {
            _notes.Add($"The file is one object, so it is one row; its '{table}' holds objects. To have a row of each of them, send that array alone.");
        }
    }

    /// <summary>The only column of objects in an array: what an answer of a web service wraps its rows in. Null where there is none.</summary>
    private string? FindTable()
    {
        var tables = Enumerable.Range(0, Columns.Count)
            .Where(c => Columns.Profiles[c].Kind is ColumnKind.Nested && Columns.Shape(c).Type.ToString() is var type
                && type.StartsWith("STRUCT(", StringComparison.Ordinal) && type.EndsWith("[]", StringComparison.Ordinal))
            .ToList();
        return tables is [var only] ? Columns.Names[only] : null;
    }

    private void Begin(TextBlock block, FileFormat format, IRecordSink sink)
    {
        block.Consume(block.Data.StartsWith("\uFEFF"u8) ? 3 : 0);
        (_line, _place, _charactersBefore, _isGuessed) = (1, Place.Start, 0, format is not FileFormat.NdJson);
        _names.BeginFile();
        _rowsBefore = _rows;
        _layout = format is FileFormat.NdJson ? Layout.Lines : LayoutOf(block.Data, block.IsFinal);
        _row ??= new JsonRow(_names, sink);
    }

    /// <summary>Objects are on lines when the first line is one object.</summary>
    private static Layout LayoutOf(ReadOnlySpan<byte> data, bool isFinal)
    {
        var text = data.TrimStart(" \t\r\n"u8);
        if (text.StartsWith("["u8))
        {
            return Layout.Array;
        }

        var end = text.IndexOf((byte)'\n');
        if (end < 0 && !isFinal)
        {
            return Layout.Lines; // a line that is longer than what is known of the file
        }

        var reader = new Utf8JsonReader(end < 0 ? text : text[..end], JsonRow.Options);
        try
        {
            return reader.Read() && reader.TrySkip() && !reader.Read() ? Layout.Lines : Layout.Values;
        }
        catch (JsonException)
        {
            return Layout.Values;
        }
    }

    private int Scan(ReadOnlyMemory<byte> block, bool isFinal)
    {
        var data = block.Span;
        var taken = _layout is Layout.Lines ? ScanLines(data, isFinal) : 0;
        if (_layout is not Layout.Lines)
        {
            taken += ScanValues(data[taken..], isFinal);
        }

        var lineStart = data[..taken].LastIndexOf((byte)'\n') + 1;
        _charactersBefore = (lineStart > 0 ? 0 : _charactersBefore) + TextErrors.CountCharacters(data[lineStart..taken]);
        return taken;
    }

    private int ScanLines(ReadOnlySpan<byte> data, bool isFinal)
    {
        var position = 0;
        while (position < data.Length)
        {
            var rest = data[position..];
            var length = rest.IndexOf((byte)'\n');
            if (length < 0 && !isFinal)
            {
                return position;
            }

            length = length < 0 ? rest.Length : length;
            var line = rest[..length];
            if (IsEndOfAnswer(line))
            {
                var isLast = rest[length..].TrimStart(" \t\r\n"u8).IsEmpty;
                if (isLast && !isFinal)
                {
                    return position; // whether it is the last line, the next bytes say
                }

                if (isLast && CountOf(line) == _rows - _rowsBefore)
                {
                    _notes.Add("The last line, with the count of the rows, was left out: it ends this program's NDJSON, and is no row.");
                    return data.Length;
                }
            }

            if (!line.TrimStart(" \t\r"u8).IsEmpty && !Add(data, position, length))
            {
                _layout = Layout.Values;
                return position;
            }

            position += Math.Min(length + 1, rest.Length);
            _line++;
        }

        return position;
    }

    /// <summary>The line that ends an answer of <c>/v1/sql</c> as NDJSON: <c>{"end":{"row_count":5}}</c>, perhaps with more in it.</summary>
    private static bool IsEndOfAnswer(ReadOnlySpan<byte> line) => line.StartsWith("{\"end\":{\"row_count\":"u8);

    /// <summary>The count in that line; -1 where it is something else.</summary>
    private static long CountOf(ReadOnlySpan<byte> line)
    {
        try
        {
            var text = new Utf8JsonReader(line, JsonRow.Options);
            using var json = JsonDocument.ParseValue(ref text);
            return !text.Read() && json.RootElement.GetPropertyCount() == 1 && json.RootElement.GetProperty("end"u8).GetProperty("row_count"u8) is var count
                && count.ValueKind is JsonValueKind.Number && count.TryGetInt64(out var rows) ? rows : -1;
        }
        catch (JsonException)
        {
            return -1;
        }
    }

    /// <summary>Scans objects that need not end where lines do, alone or in an array.</summary>
    private int ScanValues(ReadOnlySpan<byte> data, bool isFinal)
    {
        var position = 0;
        while (true)
        {
            var blank = data[position..].IndexOfAnyExcept(" \t\r\n"u8);
            blank = blank < 0 ? data.Length - position : blank;
            _line += data.Slice(position, blank).Count((byte)'\n');
            position += blank;
            if (position == data.Length)
            {
                if (isFinal && _layout is Layout.Array && _place is not (Place.End or Place.Start))
                {
                    throw At(data, position, "json_invalid", "the file ends within its array, so it was cut off");
                }

                return position;
            }

            if (_layout is Layout.Array && IsPunctuation(data, position))
            {
                position++;
                continue;
            }

            var length = LengthOfValue(data, position, isFinal);
            if (length < 0)
            {
                return position;
            }

            Add(data, position, length);
            _line += data.Slice(position, length).Count((byte)'\n');
            position += length;
        }
    }

    /// <summary>Whether a character is part of the array itself, and one that can stand here.</summary>
    private bool IsPunctuation(ReadOnlySpan<byte> data, int position)
    {
        var character = data[position];
        if (_place is Place.FirstElement or Place.Element && character is not ((byte)']' or (byte)','))
        {
            return false;
        }

        _place = (_place, character) switch
        {
            (Place.Start, (byte)'[') => Place.FirstElement,
            (Place.FirstElement or Place.AfterElement, (byte)']') => Place.End,
            (Place.AfterElement, (byte)',') => Place.Element,
            _ => throw At(data, position, "json_invalid", $"'{(char)character}' cannot stand here: {Expected()}"),
        };
        return true;
    }

    private string Expected() => _place switch
    {
        Place.End => "the array has ended",
        Place.AfterElement => "a comma or the end of the array is expected",
        _ => "an object is expected",
    };

    /// <summary>The bytes of the value at a position; -1 when it does not end in the data.</summary>
    private int LengthOfValue(ReadOnlySpan<byte> data, int position, bool isFinal)
    {
        var text = data[position..];
        var reader = new Utf8JsonReader(
            text, isFinal, new JsonReaderState(Several));
        try
        {
            if (!reader.Read() || !reader.TrySkip() || (reader.TokenType is JsonTokenType.Number && !isFinal && reader.BytesConsumed == text.Length))
            {
                return text.Length > _options.MaxRecordBytes ? throw TooLarge() : -1;
            }
        }
        catch (JsonException error)
        {
            var (offset, reason) = JsonRow.Explain(text, error);
            throw At(data, position, "json_invalid", reason, offset);
        }

        _place = Place.AfterElement;
        return (int)reader.BytesConsumed;
    }

    /// <summary>Adds an object. False when it does not end where its line does.</summary>
    private bool Add(ReadOnlySpan<byte> data, int position, int length)
    {
        var text = data.Slice(position, length);
        try
        {
            if (text.Length > _options.MaxRecordBytes)
            {
                throw new TextFormatException("json_record_too_large", 0, TextErrors.TooLarge(_options.MaxRecordBytes, string.Empty));
            }

            RequireText(text);
            _row!.Add(text, _line);
            _rows++;
        }
        catch (TextFormatException error) when (_errors is not null)
        {
            _errors.Add(_line, error.Message.Split(". ")[0], text.TrimEnd((byte)'\r'));
        }
        catch (TextFormatException error) when (_isGuessed && _layout is Layout.Lines && error.Code == "json_invalid" && BeginsWithValue(data[position..]))
        {
            return false;
        }
        catch (TextFormatException error)
        {
            var hint = _rows == 0 && error.Code == "json_no_object" && text.TrimStart(" \t\r"u8).StartsWith("["u8)
                ? ". If the file is one array, say format=json"
                : string.Empty;
            throw At(data, position, error.Code, error.Message + hint, error.Offset);
        }

        return true;
    }

    /// <summary>Whether a text begins with a whole value, or ends within one.</summary>
    private static bool BeginsWithValue(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(
            text, isFinalBlock: false, new JsonReaderState(Several));
        try
        {
            _ = reader.Read() && reader.TrySkip();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>An error in what begins at a position, which is on the line that is being read.</summary>
    private LakehouseException At(ReadOnlySpan<byte> data, int position, string code, string what, int offset = 0)
    {
        var lineStart = data[..position].LastIndexOf((byte)'\n') + 1;
        return TextErrors.At(data[lineStart..], position - lineStart + offset, _line, code, what, lineStart > 0 ? 0 : _charactersBefore);
    }

    private static void RequireText(ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
        {
            return;
        }

        var offset = TextErrors.FirstInvalid(text);
        throw new TextFormatException("json_not_utf8", offset, $"the byte 0x{text[offset]:X2} is not UTF-8, as JSON is; say encoding= if it is something else");
    }

    private LakehouseException TooLarge() =>
        TextErrors.At([], 0, _line, "json_record_too_large", TextErrors.TooLarge(_options.MaxRecordBytes, string.Empty));
}
