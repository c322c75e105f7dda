using System.Numerics;

namespace Lakehouse.Hnsw.Memory;

/// <summary>
/// Records of one size, numbered from 0, in blocks outside the managed heap that never move, so readers need no lock while more blocks are added. One thread at
/// a time may grow it; any number may read.
/// </summary>
public sealed unsafe class NodeBlocks : IDisposable
{
    /// <summary>The most records.</summary>
    public const uint NodeCountMax = 1u << 28;

    private const nuint BlockBytes = 4 * 1024 * 1024;
    private const int RegionBlocks = 8;

    private readonly byte** _table;
    private readonly nuint _tableBytes;
    private readonly int _shift;
    private readonly List<(nint Region, nuint Size)> _regions = [];
    private int _blockCount;
    private bool _isFreed;

    /// <summary>Creates it for records of <paramref name="stride"/> bytes. The alignment of the records is that of their size.</summary>
    public NodeBlocks(int stride)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stride);
        Stride = (nuint)stride;
        _shift = BitOperations.Log2((uint)Math.Max(1, BlockBytes / Stride));
        _tableBytes = (NodeCountMax >> _shift) * (nuint)sizeof(byte*);
        _table = (byte**)OffHeap.Allocate(_tableBytes);
    }

    /// <summary>The size of a record in bytes.</summary>
    public nuint Stride { get; }

    /// <summary>How many records fit into the blocks.</summary>
    public uint Capacity => (uint)Volatile.Read(ref _blockCount) << _shift;

    /// <summary>The addresses of the records. A view stays valid when blocks are added.</summary>
    public BlockView View => new(_table, _shift, Stride);

    /// <summary>The record of <paramref name="node"/>, which is below <see cref="Capacity"/>.</summary>
    public byte* At(uint node) => View.At(node);

    /// <summary>Allocates blocks for records 0 to <paramref name="count"/> - 1; new records are zero.</summary>
    public void EnsureCapacity(uint count)
    {
        while (Capacity < count)
        {
            _table[_blockCount] = NextBlock();
            Volatile.Write(ref _blockCount, _blockCount + 1);
        }
    }

    /// <summary>Frees the memory. No thread may use a pointer into it any more.</summary>
    public void Dispose()
    {
        foreach (var (region, size) in _regions)
        {
            OffHeap.Free((byte*)region, size);
        }

        _regions.Clear();
        _blockCount = 0;
        if (!_isFreed)
        {
            _isFreed = true;
            OffHeap.Free((byte*)_table, _tableBytes);
        }
    }

    /// <summary>
    /// The first block is allocated by itself, with small pages, because an index may have only ten vectors. Later blocks are next to each other in regions
    /// with huge pages, so that no page is half empty at the end of each block. Parts of a region that no block has touched yet take no memory.
    /// </summary>
    private byte* NextBlock()
    {
        var block = Stride << _shift;
        var position = (_blockCount - 1) % RegionBlocks;
        if (_blockCount == 0 || position == 0)
        {
            var size = _blockCount == 0 ? block : RegionBlocks * block;
            _regions.Add(((nint)OffHeap.Allocate(size), size));
            if (_blockCount == 1)
            {
                OffHeap.PreferHugePages(_table[0], block, isInUse: true);
            }

            if (_blockCount > 0)
            {
                OffHeap.PreferHugePages((byte*)_regions[^1].Region, size, isInUse: false);
            }
        }

        return (byte*)_regions[^1].Region + ((nuint)Math.Max(0, position) * block);
    }
}
