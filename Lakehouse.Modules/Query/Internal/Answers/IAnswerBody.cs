using System.Buffers;

namespace Lakehouse.Query.Internal.Answers;

/// <summary>The answer of a statement that runs, piece by piece, in the engine's process. Every call blocks.</summary>
internal interface IAnswerBody : IDisposable
{
    /// <summary>How many rows were written so far.</summary>
    long RowCount { get; }

    /// <summary>Writes the piece that was read, before the first one also what comes before the rows.</summary>
    void Write(IBufferWriter<byte> output);

    /// <summary>Reads the next piece.</summary>
    /// <returns>False when there are no more; <see cref="End"/> is called next.</returns>
    bool MoveNext();

    /// <summary>Writes the bytes after the last piece.</summary>
    void End(IBufferWriter<byte> output);
}
