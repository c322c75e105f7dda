using System.Numerics;
using Lakehouse.Hnsw.Memory;

namespace Lakehouse.Vector.Internal.Index;

/// <summary>
/// Byte records of any size outside the managed heap: ids, metadata and texts. Freed memory is used again for records of about the same size. Not
/// thread-safe.
/// </summary>
internal sealed unsafe class RecordArena : IDisposable
{
    private const int BlockBytes = 2 * 1024 * 1024; // the smallest allocation of OffHeap
    private const int Grain = 8; // keeps records, and the numbers in them, aligned

    private readonly List<(nint Block, int Size)> _blocks = [];
    private readonly Dictionary<int, Stack<nint>> _free = [];
    private byte* _next;
    private int _left;

    /// <summary>The memory of the records in use, and of freed ones.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>The memory that a record of <paramref name="size"/> bytes takes: at most a quarter more.</summary>
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
        var slot = _free.TryGetValue(size, out var stack) && stack.TryPop(out var freed) ? (byte*)freed : Take(size);
        record.CopyTo(new Span<byte>(slot, size));
        return slot;
    }

    /// <summary>Frees the memory of a record, which no thread may read any more.</summary>
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

        var slot = _next;
        _next += size;
        _left -= size;
        SizeBytes += size;
        return slot;
    }
}
