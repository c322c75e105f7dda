using System.Buffers;
using Lakehouse.Core.Errors;
using Lakehouse.DuckDb;
using Lakehouse.DuckDb.Arrow;
using Lakehouse.Query.Internal.Answers;

namespace Lakehouse.Query.Internal.Arrow;

/// <summary>A stream of Arrow's interprocess format, with a batch for each chunk. docs/sql.md describes every type.</summary>
internal sealed class ArrowForm : IAnswerForm
{
    private ArrowExport? _export;
    private ArrowStream _stream = null!;

    public bool ShowsCuts => false;

    public void Begin(DuckDbResult result, IBufferWriter<byte> output)
    {
        try
        {
            _export = result.ExportArrow();
            _stream = new ArrowStream(_export.Fields);
        }
        catch (Exception error) when (error is NotSupportedException or DuckDbException)
        {
            throw new LakehouseException(
                ErrorKind.InvalidInput, "unsupported_type", "The answer has a column of a type that has no form in Arrow. Cast it, e.g. to VARCHAR.", error);
        }

        _stream.Begin(output);
    }

    public void Write(DuckDbChunk chunk, int rowCount, IBufferWriter<byte> output)
    {
        using var batch = _export!.Convert(chunk, rowCount);
        _stream.Write(batch, output);
    }

    public void End(long rowCount, bool isTruncated, IBufferWriter<byte> output) => ArrowStream.End(output);

    public void Dispose() => _export?.Dispose();
}
