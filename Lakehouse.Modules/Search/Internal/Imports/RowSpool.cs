using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Lakehouse.Query;
using Lakehouse.Storage;

namespace Lakehouse.Search.Internal.Imports;

/// <summary>
/// The rows of one version of a dataset in a scratch file, chunk by chunk. They are read from the engine at its speed, so that an import that takes hours for
/// its embeddings does not keep a query open, and sees one version.
/// </summary>
internal sealed class RowSpool : IAsyncDisposable
{
    private const int HeadBytes = sizeof(int);
    private const int BufferBytes = 1024 * 1024;

    private readonly IScratchFolder _folder;
    private readonly FileStream _file;

    public RowSpool(IScratchSpace scratch)
    {
        _folder = scratch.Create();
        _file = new FileStream(
            Path.Combine(_folder.Path, "rows"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes, FileOptions.Asynchronous);
    }

    /// <summary>The number of rows in all chunks.</summary>
    public long RowCount { get; private set; }

    public async Task AddAsync(QueryChunk chunk, CancellationToken cancellationToken)
    {
        var head = new byte[HeadBytes];
        BinaryPrimitives.WriteInt32LittleEndian(head, chunk.Bytes.Length);
        await _file.WriteAsync(head, cancellationToken);
        await _file.WriteAsync(chunk.Bytes, cancellationToken);
        RowCount += chunk.RowCount;
    }

    /// <summary>Reads the chunks from the first on, each with the number of its first row, counting from 0. One reader at a time.</summary>
    public async IAsyncEnumerable<(long FirstRow, QueryChunk Chunk)> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _file.FlushAsync(cancellationToken);
        _file.Position = 0;
        var head = new byte[HeadBytes];
        long row = 0;
        while (row < RowCount)
        {
            await _file.ReadExactlyAsync(head, cancellationToken);
            var bytes = new byte[BinaryPrimitives.ReadInt32LittleEndian(head)];
            await _file.ReadExactlyAsync(bytes, cancellationToken);
            var chunk = new QueryChunk(bytes);
            yield return (row, chunk);
            row += chunk.RowCount;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _folder.Dispose();
    }
}
