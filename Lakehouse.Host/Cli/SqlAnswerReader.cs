using System.Text.Json;

namespace Lakehouse.Host.Cli;

/// <summary>Reads an answer of <c>/v1/sql</c> as it arrives: whatever its size, one row is in memory at a time.</summary>
internal sealed class SqlAnswerReader(Stream body)
{
    private byte[] _buffer = new byte[256 * 1024];
    private int _filled;
    private bool _isAtEnd;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = 256 });

    public async Task ReadAsync(ISqlAnswerWriter writer, CancellationToken cancellationToken)
    {
        var place = Place.Head;
        while (place != Place.Tail)
        {
            var taken = Take(writer, ref place);
            _buffer.AsSpan(taken, _filled - taken).CopyTo(_buffer);
            _filled -= taken;
            if (place == Place.Tail)
            {
                break;
            }

            if (_isAtEnd)
            {
                throw new CommandFault("The answer ended before its end.");
            }

            if (_filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var count = await body.ReadAsync(_buffer.AsMemory(_filled), cancellationToken);
            _isAtEnd = count == 0;
            _filled += count;
        }

        // To the end: an answer that breaks off after its last row is not whole either.
        while (await body.ReadAsync(_buffer, cancellationToken) > 0)
        {
        }
    }

    /// <summary>Reads what is there; returns the bytes taken.</summary>
    private int Take(ISqlAnswerWriter writer, ref Place place)
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(0, _filled), isFinalBlock: false, _state);
        while (true)
        {
            var before = reader;
            if (!reader.Read())
            {
                break;
            }

            if (place == Place.Head && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("columns"u8))
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
            else if (place == Place.Head && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("rows"u8))
            {
                place = Place.RowsOpen;
            }
            else if (place == Place.RowsOpen)
            {
                place = Place.Rows; // the opening bracket
            }
            else if (place == Place.Rows && reader.TokenType == JsonTokenType.EndArray)
            {
                place = Place.Tail;
                break;
            }
            else if (place == Place.Rows)
            {
                reader = before;
                if (!TryRow(ref reader, writer))
                {
                    reader = before;
                    break;
                }
            }
        }

        _state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    private static bool TryRow(ref Utf8JsonReader reader, ISqlAnswerWriter writer)
    {
        reader.Read();
        if (!JsonDocument.TryParseValue(ref reader, out var row))
        {
            return false;
        }

        using (row)
        {
            writer.Add(row.RootElement);
        }

        return true;
    }

    private enum Place
    {
        Head,
        RowsOpen,
        Rows,
        Tail,
    }
}
