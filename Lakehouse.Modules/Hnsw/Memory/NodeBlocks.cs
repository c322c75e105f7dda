using System.Numerics;

namespace Lakehouse.Hnsw.Memory;

/// <summary>
/// Records of one size, numbered from 0, in blocks outside the managed heap that never move: a reader needs no lock while it grows. Growing is
/// for one thread at a time; reading is for any number.
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

    /// <summary>Prepares for records of <paramref name="stride"/> bytes. Records are as aligned as their size is.</summary>
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

    /// <summary>How many records there is room for.</summary>
    public uint Capacity => (uint)Volatile.Read(ref _blockCount) << _shift;

    /// <summary>Where the records are. It stays right when the blocks grow.</summary>
    public BlockView View => new(_table, _shift, Stride);

    /// <summary>The record of <paramref name="node"/>, which is below <see cref="Capacity"/>.</summary>
    public byte* At(uint node) => View.At(node);

    /// <summary>Makes room for records 0 to <paramref name="count"/> - 1; new ones are zero.</summary>
    public void EnsureCapacity(uint count)
    {
        while (Capacity < count)
        {
            _table[_blockCount] = NextBlock();
            Volatile.Write(ref _blockCount, _blockCount + 1);
        }
    }

    /// <summary>Frees all of it. Nobody may hold a pointer into it.</summary>
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
    /// The first block is alone, with small pages: an index may hold ten vectors. Those after it lie side by side in regions with huge pages, so that no
    /// page is left half empty at the end of each; what no block has touched yet takes no memory.
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
