using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Json;

namespace Lakehouse.Query.Internal.Answers;

/// <summary><c>{"columns":[...],"rows":[[...]],"row_count":N}</c>; docs/json.md describes every type.</summary>
/// <param name="paths">Removes the host's paths from a plan; null for other results.</param>
internal sealed class JsonForm(HostPaths? paths) : IAnswerForm
{
    public const string ContentType = "application/json; charset=utf-8";

    private static readonly JsonWriterOptions HeadOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private ColumnJson[] _writers = [];
    private bool _hasRows;

    public void Begin(IReadOnlyList<DuckDbColumn> columns, IBufferWriter<byte> output)
    {
        _writers = [.. columns.Select(c => ColumnJson.For(c.Type))];
        output.Write("{\"columns\":"u8);
        using (var json = new Utf8JsonWriter(output, HeadOptions))
        {
            json.WriteStartArray();
            foreach (var column in columns)
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
        if (paths is null)
        {
            for (var i = 0; i < _writers.Length; i++)
            {
                _writers[i].Bind(chunk.GetVector(i));
            }
        }

        for (var row = 0; row < rowCount; row++)
        {
            json.Write(_hasRows ? ",["u8 : "["u8);
            _hasRows = true;
            for (var i = 0; i < _writers.Length; i++)
            {
                if (i > 0)
                {
                    json.Write((byte)',');
                }

                if (paths is null)
                {
                    _writers[i].Write(ref json, row);
                }
                else
                {
                    json.WriteString(Encoding.UTF8.GetBytes(paths.HidePlan(Encoding.UTF8.GetString(chunk.GetVector(i).GetBytes(row)))));
                }
            }

            json.Write((byte)']');
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
}
