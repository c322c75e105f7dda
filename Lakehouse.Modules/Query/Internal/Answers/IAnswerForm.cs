using System.Buffers;
using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Answers;

/// <summary>Writes a result as bytes, chunk by chunk, beside the engine. For one result.</summary>
internal interface IAnswerForm
{
    /// <summary>Called first.</summary>
    void Begin(IReadOnlyList<DuckDbColumn> columns, IBufferWriter<byte> output);

    /// <summary>Writes the first rows of a chunk.</summary>
    void Write(DuckDbChunk chunk, int rowCount, IBufferWriter<byte> output);

    /// <summary>Called last, and only when the result is whole.</summary>
    /// <param name="rowCount">All rows.</param>
    /// <param name="isTruncated">Whether more were cut off.</param>
    /// <param name="output">Takes the bytes.</param>
    void End(long rowCount, bool isTruncated, IBufferWriter<byte> output);
}
