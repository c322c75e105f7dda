using System.Buffers;

namespace Lakehouse.Query.Internal;

/// <summary>A statement whose answer is being made. Disposing of it ends it. Not thread-safe.</summary>
internal interface IRunningStatement : IAsyncDisposable
{
    /// <summary>The columns.</summary>
    IReadOnlyList<QueryColumn> Columns { get; }

    /// <summary>Writes the next bytes of the answer, as many as are there.</summary>
    /// <returns>False when they were the last.</returns>
    ValueTask<bool> CopyNextAsync(IBufferWriter<byte> output, CancellationToken cancellationToken);
}
