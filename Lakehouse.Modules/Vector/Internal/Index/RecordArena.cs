using System.Numerics;
using Lakehouse.Hnsw.Memory;

namespace Lakehouse.Vector.Internal.Index;

/// <summary>
/// Byte records of any size outside the managed heap: ids and metadata. Freed ones are used again for records of about their size. For one thread
/// at a time.
/// </summary>
internal sealed unsafe class RecordArena : IDisposable
{
    private const int BlockBytes = 2 * 1024 * 1024; // what OffHeap gives at least
    private const int Grain = 8; // pointers and the numbers in records stay aligned

    private readonly List<(nint Block, int Size)> _blocks = [];
    private readonly Dictionary<int, Stack<nint>> _free = [];
    private byte* _next;
    private int _left;

    /// <summary>The memory of the records that are in use or were.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>What a record of so many bytes takes: at most a quarter more.</summary>
    public static int RoundUp(int size)
    {
        const int quarters = 4;
        var grain = Math.Max(Grain, (int)(BitOperations.RoundUpToPowerOf2((uint)size) / (2 * quarters)));
        return (size + grain - 1) / grain * grain;
    }

    /// <summary>Copies a record in.</summary>
    public byte* Add(ReadOnlySpan<byte> record)
    {
        var size = RoundUp(record.Length);
        var place = _free.TryGetValue(size, out var stack) && stack.TryPop(out var freed) ? (byte*)freed : Take(size);
        record.CopyTo(new Span<byte>(place, size));
        return place;
    }

    /// <summary>Takes the memory of a record back; nobody reads it any more.</summary>
    public void Free(byte* record, int size)
    {
        size = RoundUp(size);
        if (!_free.TryGetValue(size, out var stack))
        {
            _free[size] = stack = new Stack<nint>();
        }

        stack.Push((nint)record);
    }

    public void Dispose()
    {
        foreach (var (block, size) in _blocks)
        {
            OffHeap.Free((byte*)block, (nuint)size);
        }

        _blocks.Clear();
    }

    private byte* Take(int size)
    {
        if (size > _left)
        {
            var block = Math.Max(BlockBytes, size);
            _next = OffHeap.Allocate((nuint)block);
            _left = block;
            _blocks.Add(((nint)_next, block));
        }

        var place = _next;
        _next += size;
        _left -= size;
        SizeBytes += size;
        return place;
    }
}
