using System.Buffers;
using Lakehouse.Query.Internal.Engine;

namespace Lakehouse.Query.Internal;

/// <summary>A running statement. Disposing of it ends it. Not thread-safe.</summary>
internal interface IRunningStatement : IAsyncDisposable
{
    /// <summary>What is known of the answer before its first row.</summary>
    StatementHead Head { get; }

    /// <summary>How many rows were written so far.</summary>
    long RowCount { get; }

    /// <summary>Writes the next bytes of the answer, as many as are ready.</summary>
    /// <returns>False when they were the last.</returns>
    ValueTask<bool> CopyNextAsync(IBufferWriter<byte> output, CancellationToken cancellationToken);
}
