using System.Buffers;
using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Answers;

/// <summary>Writes one result as bytes, chunk by chunk, in the engine's process.</summary>
internal interface IAnswerForm : IDisposable
{
    /// <summary>Whether the format has a place to say that rows were cut off.</summary>
    bool ShowsCuts { get; }

    /// <summary>Called first.</summary>
    void Begin(DuckDbResult result, IBufferWriter<byte> output);

    /// <summary>Writes the first rows of a chunk.</summary>
    void Write(DuckDbChunk chunk, int rowCount, IBufferWriter<byte> output);

    /// <summary>Called last, and only when the result is complete.</summary>
    /// <param name="rowCount">The number of rows that were written.</param>
    /// <param name="isTruncated">Whether further rows were cut off.</param>
    /// <param name="output">Receives the bytes.</param>
    void End(long rowCount, bool isTruncated, IBufferWriter<byte> output);
}
