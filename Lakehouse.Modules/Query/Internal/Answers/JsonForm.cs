using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Exchange;
using Lakehouse.Query.Internal.Json;

namespace Lakehouse.Query.Internal.Answers;

/// <summary><c>{"columns":[...],"rows":[...],"row_count":N}</c>; docs/sql.md describes every type.</summary>
/// <param name="options">How values are written.</param>
/// <param name="hasObjects">Whether a row is an object, whose members have unique names, or an array.</param>
internal sealed class JsonForm(ValueOptions options, bool hasObjects) : IAnswerForm
{
    private static readonly JsonWriterOptions HeadOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private RowWriter _rows = null!;
    private bool _hasRows;

    public bool ShowsCuts => true;

    public void Begin(DuckDbResult result, IBufferWriter<byte> output)
    {
        var named = hasObjects ? UniqueNames.Of(result.Columns) : result.Columns;
        _rows = new RowWriter(named, options, hasObjects);
        output.Write("{\"columns\":"u8);
        using (var json = new Utf8JsonWriter(output, HeadOptions))
        {
            json.WriteStartArray();
            foreach (var column in named)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, column.Name);
                json.WriteString("type"u8, column.Type.Name);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        output.Write(",\"rows\":["u8);
    }

    public void Write(DuckDbChunk chunk, int rowCount, IBufferWriter<byte> output)
    {
        var json = new JsonOutput(output);
        _rows.Bind(chunk);
        for (var row = 0; row < rowCount; row++)
        {
            if (_hasRows)
            {
                json.Write((byte)',');
            }

            _hasRows = true;
            _rows.Write(ref json, row);
        }

        json.Complete();
    }

    public void End(long rowCount, bool isTruncated, IBufferWriter<byte> output)
    {
        var json = new JsonOutput(output);
        json.Write("],\"row_count\":"u8);
        json.Write(rowCount);
        json.Write(isTruncated ? ",\"truncated\":true}"u8 : "}"u8);
        json.Complete();
    }

    public void Dispose()
    {
    }
}
