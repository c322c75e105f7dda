using System.Text.Json;
using Lakehouse.Ingest.Internal.Files;
using Lakehouse.Ingest.Internal.Tables;
using Lakehouse.Ingest.Internal.Values;

namespace Lakehouse.Ingest.Internal.Json;

/// <summary>
/// Reads single objects and makes canonical records of them: their members are the columns. An object is read as a whole before anything is changed by it.
/// Not thread-safe.
/// </summary>
/// <param name="names">The columns by the names of members.</param>
/// <param name="sink">Receives the records.</param>
internal sealed class JsonRow(JsonNames names, IRecordSink sink)
{
    /// <summary>How deep objects and arrays may be in each other.</summary>
    private const int DepthMax = 64;

    private const byte Quote = (byte)'"';

    /// <summary>How one value is read.</summary>
    public static readonly JsonReaderOptions Options = new() { MaxDepth = DepthMax };

    private readonly TableColumns _columns = names.Columns;
    private readonly List<int> _touched = [];
    private Value[] _values = new Value[16];
    private byte[] _unescaped = new byte[256];
    private byte[] _record = new byte[1_024];
    private int _unescapedLength;
    private int _recordLength;
    private long _row;

    /// <summary>Adds the object to the columns and writes it.</summary>
    /// <param name="text">The object, UTF-8.</param>
    /// <param name="line">The line on which it begins.</param>
    /// <exception cref="TextFormatException">It is malformed, or a value is not of the type that was told. Nothing has changed.</exception>
    public void Add(ReadOnlySpan<byte> text, long line)
    {
        try
        {
            Read(text);
        }
        catch (JsonException error)
        {
            var (offset, reason) = Explain(text, error);
            throw new TextFormatException("json_invalid", offset, reason);
        }

        RequireTypes(text);
        names.AddNew();
        foreach (var column in _touched)
        {
            Take(column, text, line);
        }

        Write(text);
    }

    private void Read(ReadOnlySpan<byte> text)
    {
        (_row, _unescapedLength) = (_row + 1, 0);
        _touched.Clear();
        names.BeginRow();
        var reader = new Utf8JsonReader(text, Options);
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
        {
            var what = reader.TokenType is JsonTokenType.StartArray ? "an array" : "a single value";
            throw new TextFormatException("json_no_object", 0, $"{what}, where each row must be an object: its members are the columns");
        }

        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            var column = names.Find(ref reader);
            if (column >= _values.Length)
            {
                Array.Resize(ref _values, Math.Max(_values.Length * 2, column + 1));
            }

            if (_values[column].Row == _row)
            {
                throw new TextFormatException(
                    "json_duplicate_name", (int)reader.TokenStartIndex, $"the object has the member '{TextOf(ref reader)}' twice");
            }

            reader.Read();
            _values[column] = Read(ref reader);
            _touched.Add(column);
        }

        reader.Read(); // throws when something follows
    }

    private Value Read(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.String when !reader.ValueIsEscaped:
                return new Value(_row, JsonTokenType.String, start + 1, reader.ValueSpan.Length);
            case JsonTokenType.String:
                var from = _unescapedLength;
                Unescape(ref reader);
                return new Value(_row, JsonTokenType.String, from, _unescapedLength - from, IsUnescaped: true, start, (int)reader.BytesConsumed - start);
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                var (token, depth) = (reader.TokenType, reader.CurrentDepth);
                while (reader.Read() && reader.CurrentDepth > depth)
                {
                    if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    {
                        var length = _unescapedLength;
                        Unescape(ref reader);
                        _unescapedLength = length;
                    }
                }

                return new Value(_row, token, start, (int)reader.BytesConsumed - start);
            default:
                return new Value(_row, reader.TokenType, start, reader.ValueSpan.Length);
        }
    }

    private void Unescape(ref Utf8JsonReader reader)
    {
        if (_unescaped.Length - _unescapedLength < reader.ValueSpan.Length)
        {
            Array.Resize(ref _unescaped, Math.Max(_unescaped.Length * 2, _unescapedLength + reader.ValueSpan.Length));
        }

        var room = _unescaped.AsSpan(_unescapedLength);
        int length;
        try
        {
            length = reader.CopyString(room);
        }
        catch (InvalidOperationException)
        {
            throw new TextFormatException("json_invalid", (int)reader.TokenStartIndex, "this text has an escape that is no character (half a surrogate pair)");
        }

        if (room[..length].Contains((byte)0))
        {
            throw new TextFormatException("json_invalid", (int)reader.TokenStartIndex, "this text has a NUL (\\u0000), which no text holds");
        }

        _unescapedLength += length;
    }

    /// <summary>Checks the values of columns whose types were told.</summary>
    private void RequireTypes(ReadOnlySpan<byte> text)
    {
        if (!_columns.HasDeclared && !names.HasNewDeclared)
        {
            return;
        }

        foreach (var column in _touched)
        {
            var value = _values[column];
            var type = names.DeclaredOf(column);
            if (type is null or { Shape: ValueShape.Text or ValueShape.Json } || IsNull(value, text))
            {
                continue;
            }

            var content = ContentOf(value, text);
            if (content.IsEmpty || (!value.IsNested && type.Accepts(content, _columns.Rules)))
            {
                continue;
            }

            throw new TextFormatException(
                "json_bad_value",
                value.IsUnescaped ? value.Escaped : value.Start,
                $"'{TableColumns.Beginning(content)}' is no {type.Name}, the type that was told for the column '{names.NameOf(column)}'. Say null= if it "
                + "stands for nothing, another type, or on_error=skip to leave such rows out");
        }
    }

    /// <summary>Takes a value into what is known of its column.</summary>
    private void Take(int column, ReadOnlySpan<byte> text, long line)
    {
        ref readonly var value = ref _values[column];
        var profile = _columns.Profiles[column];
        if (profile.Kind is ColumnKind.Text || _columns.Declared[column] is not null || IsNull(value, text))
        {
            if (value.Token is JsonTokenType.String && value.Length == 0 && !profile.HasQuotedEmpty)
            {
                _columns.Set(column, profile.WithQuotedEmpty(), line, []);
            }

            return;
        }

        var content = ContentOf(value, text);
        var next = value.Token switch
        {
            JsonTokenType.String when content.IsEmpty => profile.WithQuotedEmpty(),
            JsonTokenType.String => profile.With(ClassifyText(content, profile.Kind)),
            JsonTokenType.Number => profile.With(NestedShape.Classify(content, out var integer), integer),
            JsonTokenType.True or JsonTokenType.False => profile.With(ColumnKind.Boolean),
            _ => profile.With(ColumnKind.Nested),
        };
        if (!next.Equals(profile))
        {
            _columns.Set(column, next, line, content);
        }

        if (next.Kind is ColumnKind.Nested && value.IsNested)
        {
            var reader = new Utf8JsonReader(content, Options);
            reader.Read();
            if (_columns.Shape(column).Take(ref reader))
            {
                _columns.SetShapeChanged();
            }
        }
    }

    /// <summary>Texts are dates and times, or text: one that holds a number was written as a text on purpose.</summary>
    private ColumnKind ClassifyText(ReadOnlySpan<byte> content, ColumnKind guess)
    {
        var kind = _columns.Rules.Classify(content, guess, out _);
        return kind is ColumnKind.Integer or ColumnKind.Float or ColumnKind.Boolean ? ColumnKind.Text : kind;
    }

    private bool IsNull(in Value value, ReadOnlySpan<byte> text) =>
        value.Token is JsonTokenType.Null || (!value.IsNested && _columns.Rules.IsNull(ContentOf(value, text)));

    /// <summary>The text of a string, or the value as it is written.</summary>
    private ReadOnlySpan<byte> ContentOf(in Value value, ReadOnlySpan<byte> text) =>
        (value.IsUnescaped ? _unescaped : text).Slice(value.Start, value.Length);

    /// <summary>Writes the record: texts, objects and arrays in quotes, so that none of them is taken for NULL.</summary>
    private void Write(ReadOnlySpan<byte> text)
    {
        var last = -1;
        foreach (var column in _touched)
        {
            last = Math.Max(last, _values[column].Token is JsonTokenType.Null ? -1 : column);
        }

        (_recordLength, _record[0]) = (1, (byte)'0');
        for (var column = 0; column <= last; column++)
        {
            ref readonly var value = ref _values[column];
            Put(","u8);
            if (value.Row != _row || IsNull(value, text))
            {
                continue;
            }

            var content = ContentOf(value, text);
            if (_columns.Declared[column] is { Shape: ValueShape.Json } && value.Token is JsonTokenType.String)
            {
                PutQuoted(value.IsUnescaped ? text.Slice(value.Escaped, value.EscapedLength) : text.Slice(value.Start - 1, value.Length + 2));
            }
            else if (value.Token is JsonTokenType.String && !value.IsUnescaped)
            {
                Put(text.Slice(value.Start - 1, value.Length + 2)); // without an escape it has no quote but those around it
            }
            else if (value.Token is JsonTokenType.String || value.IsNested)
            {
                PutQuoted(content);
            }
            else
            {
                Put(content);
            }
        }

        Put("\n"u8);
        sink.Write(_record.AsSpan(0, _recordLength));
        if (sink.EndRecord(0))
        {
            sink.EndSegment();
        }
    }

    private void PutQuoted(ReadOnlySpan<byte> content)
    {
        Put("\""u8);
        while (content.IndexOf(Quote) is var quote and >= 0)
        {
            Put(content[..(quote + 1)]);
            Put("\""u8);
            content = content[(quote + 1)..];
        }

        Put(content);
        Put("\""u8);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        if (_record.Length - _recordLength < bytes.Length)
        {
            Array.Resize(ref _record, Math.Max(_record.Length * 2, _recordLength + bytes.Length));
        }

        bytes.CopyTo(_record.AsSpan(_recordLength));
        _recordLength += bytes.Length;
    }

    /// <summary>Where a text is no JSON, in bytes from its start, and why.</summary>
    /// <param name="text">The text.</param>
    /// <param name="error">What the runtime says of it.</param>
    public static (int Offset, string Reason) Explain(ReadOnlySpan<byte> text, JsonException error)
    {
        var offset = 0;
        for (var line = 0L; line < (error.LineNumber ?? 0); line++)
        {
            offset += text[offset..].IndexOf((byte)'\n') + 1;
        }

        // The runtime's sentence, without the place that it counts from, and without its advice to programmers.
        var reason = error.Message.Split(" LineNumber:")[0].Split(" Change the reader options")[0].TrimEnd('.');
        return (Math.Min(text.Length, offset + (int)(error.BytePositionInLine ?? 0)), $"this is no valid JSON: {reason}");
    }

    private static string TextOf(ref Utf8JsonReader reader) => TableColumns.Beginning(reader.ValueSpan);

    /// <summary>A value of the object that is being read.</summary>
    /// <param name="Row">The number of that object.</param>
    /// <param name="Token">What it is.</param>
    /// <param name="Start">Where its content begins.</param>
    /// <param name="Length">The bytes of its content.</param>
    /// <param name="IsUnescaped">Whether the content is among the texts that were unescaped.</param>
    /// <param name="Escaped">Where it begins as it is written, with its quotes, when it was unescaped.</param>
    /// <param name="EscapedLength">The bytes as it is written, with its quotes.</param>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    private readonly record struct Value(
        long Row, JsonTokenType Token, int Start, int Length, bool IsUnescaped = false, int Escaped = 0, int EscapedLength = 0)
    {
        public bool IsNested => Token is JsonTokenType.StartObject or JsonTokenType.StartArray;
    }
}
