using Lakehouse.Hnsw.Memory;

namespace Lakehouse.Vector.Internal.Index;

/// <summary>
/// A pointer for each node, or null. It allocates no memory before the first pointer that is not null, so indexes without metadata or without texts use none
/// for them. One thread at a time may set; any number may read.
/// </summary>
internal sealed unsafe class PointerTable : IDisposable
{
    private NodeBlocks? _blocks;

    /// <summary>True when a pointer was ever set.</summary>
    public bool IsInUse => Volatile.Read(ref _blocks) is not null;

    /// <summary>The memory of the pointers of <paramref name="nodeCount"/> nodes.</summary>
    public long SizeBytes(uint nodeCount) => IsInUse ? (long)nodeCount * sizeof(byte*) : 0;

    public byte* Get(uint node) =>
        Volatile.Read(ref _blocks) is { } blocks && node < blocks.Capacity ? (byte*)Volatile.Read(ref *(nint*)blocks.At(node)) : null;

    /// <summary>Sets a pointer.</summary>
    /// <param name="node">The node.</param>
    /// <param name="pointer">The pointer, or null.</param>
    /// <param name="nodeCount">How many nodes there are.</param>
    public void Set(uint node, byte* pointer, uint nodeCount)
    {
        if (pointer is not null && _blocks is null)
        {
            // Capacity for every node before other threads see the table.
            var blocks = new NodeBlocks(sizeof(byte*));
            blocks.EnsureCapacity(nodeCount);
            Volatile.Write(ref _blocks, blocks);
        }

        if (_blocks is not null)
        {
            _blocks.EnsureCapacity(node + 1);
            Volatile.Write(ref *(nint*)_blocks.At(node), (nint)pointer);
        }
    }

    public void Dispose() => _blocks?.Dispose();
}
