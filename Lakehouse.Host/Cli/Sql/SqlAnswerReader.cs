using System.Text.Json;

namespace Lakehouse.Host.Cli.Sql;

/// <summary>
/// Reads an answer of <c>/v1/sql</c> as it arrives. One row is in memory at a time, whatever the size of the answer, and no object is made for a value.
/// </summary>
internal sealed class SqlAnswerReader(Stream body)
{
    private byte[] _buffer = new byte[256 * 1024];
    private byte[] _text = new byte[4 * 1024];
    private int _filled;
    private bool _isAtEnd;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = 256 });

    public async Task ReadAsync(ISqlAnswerWriter writer, CancellationToken cancellationToken)
    {
        var part = Part.Head;
        while (part != Part.Tail)
        {
            var taken = Take(writer, ref part);
            _buffer.AsSpan(taken, _filled - taken).CopyTo(_buffer);
            _filled -= taken;
            if (part == Part.Tail)
            {
                break;
            }

            if (_isAtEnd)
            {
                throw new CommandException("The answer is incomplete: it ended before its last row.");
            }

            if (_filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var count = await body.ReadAsync(_buffer.AsMemory(_filled), cancellationToken);
            _isAtEnd = count == 0;
            _filled += count;
        }

        // Read to the end: an answer that is cut off after its last row is not complete either.
        while (await body.ReadAsync(_buffer, cancellationToken) > 0)
        {
        }
    }

    /// <summary>Reads the buffered bytes. Returns how many were consumed.</summary>
    private int Take(ISqlAnswerWriter writer, ref Part part)
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(0, _filled), isFinalBlock: false, _state);
        while (true)
        {
            var before = reader;
            if (!reader.Read())
            {
                break;
            }

            if (part == Part.Head && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("columns"u8))
            {
                if (!JsonDocument.TryParseValue(ref reader, out var columns))
                {
                    reader = before;
                    break;
                }

                using (columns)
                {
                    writer.Begin([.. columns.RootElement.EnumerateArray().Select(c => c.GetProperty("name").GetString()!)]);
                }
            }
            else if (part == Part.Head && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("rows"u8))
            {
                part = Part.RowsOpen;
            }
            else if (part == Part.RowsOpen)
            {
                part = Part.Rows; // the opening bracket
            }
            else if (part == Part.Rows && reader.TokenType == JsonTokenType.EndArray)
            {
                part = Part.Tail;
                break;
            }
            else if (part == Part.Rows && !TryRow(ref reader, writer))
            {
                reader = before;
                break;
            }
        }

        _state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    /// <summary>Writes a row if all of it has arrived. The reader is at the opening bracket of the row, and is moved to the closing one.</summary>
    private bool TryRow(ref Utf8JsonReader reader, ISqlAnswerWriter writer)
    {
        var values = reader;
        if (!reader.TrySkip())
        {
            return false;
        }

        while (values.Read() && values.TokenType != JsonTokenType.EndArray)
        {
            switch (values.TokenType)
            {
                case JsonTokenType.Null:
                    writer.Add(default, SqlValueKind.Null);
                    break;
                case JsonTokenType.String:
                    writer.Add(values.ValueIsEscaped ? Unescape(ref values) : values.ValueSpan, SqlValueKind.Text);
                    break;
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    var start = (int)values.TokenStartIndex;
                    _ = values.TrySkip(); // true: the whole row is here
                    writer.Add(_buffer.AsSpan(start, (int)values.BytesConsumed - start), SqlValueKind.Json);
                    break;
                default:
                    writer.Add(values.ValueSpan, SqlValueKind.Json);
                    break;
            }
        }

        writer.EndRow();
        return true;
    }

    private ReadOnlySpan<byte> Unescape(ref Utf8JsonReader value)
    {
        if (_text.Length < value.ValueSpan.Length)
        {
            _text = new byte[2 * value.ValueSpan.Length];
        }

        return _text.AsSpan(0, value.CopyString(_text));
    }

    private enum Part
    {
        Head,
        RowsOpen,
        Rows,
        Tail,
    }
}
