using System.Buffers;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Exchange;
using Lakehouse.Query.Internal.Json;

namespace Lakehouse.Query.Internal.Answers;

/// <summary>One object a line, and <c>{"end":{"row_count":N}}</c> as the last line. Where the answer fails, the server writes the last line.</summary>
/// <param name="options">How values are written.</param>
internal sealed class NdJsonForm(ValueOptions options) : IAnswerForm
{
    private RowWriter _rows = null!;

    public bool ShowsCuts => true;

    public void Begin(DuckDbResult result, IBufferWriter<byte> output) =>
        _rows = new RowWriter(UniqueNames.Of(result.Columns), options, hasObjects: true);

    public void Write(DuckDbChunk chunk, int rowCount, IBufferWriter<byte> output)
    {
        var json = new JsonOutput(output);
        _rows.Bind(chunk);
        for (var row = 0; row < rowCount; row++)
        {
            _rows.Write(ref json, row);
            json.Write((byte)'\n');
        }

        json.Complete();
    }

    public void End(long rowCount, bool isTruncated, IBufferWriter<byte> output)
    {
        var json = new JsonOutput(output);
        json.Write("{\"end\":{\"row_count\":"u8);
        json.Write(rowCount);
        json.Write(isTruncated ? ",\"truncated\":true}}\n"u8 : "}}\n"u8);
        json.Complete();
    }

    public void Dispose()
    {
    }
}
