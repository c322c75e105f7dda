using System.Buffers;
using System.ComponentModel;
using Lakehouse.Isolation.Native;

namespace Lakehouse.Isolation;

/// <summary>
/// Memory that two processes share, cut into blocks of one size (<c>memfd_create</c>: it has no name, and is freed with the last process that has it). A block
/// belongs to one side at a time; the frames of a lane say to which. Pages that were never written take no memory.
/// </summary>
public sealed unsafe class SharedBlocks : IDisposable
{
    private readonly byte* _start;
    private readonly long _sizeBytes;
    private readonly Block[] _blocks;
    private int _isDisposed;

    private SharedBlocks(byte* start, int count, int blockBytes)
    {
        _start = start;
        _sizeBytes = (long)count * blockBytes;
        BlockBytes = blockBytes;
        _blocks = new Block[count];
        for (var i = 0; i < count; i++)
        {
            _blocks[i] = new Block(start + ((long)i * blockBytes), blockBytes);
        }
    }

    /// <summary>The size of each block.</summary>
    public int BlockBytes { get; }

    /// <summary>How many blocks there are.</summary>
    public int Count => _blocks.Length;

    /// <summary>A block.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such block: the number came from the other process, and is not trusted.</exception>
    public Memory<byte> this[int block] => _blocks[block].Memory;

    /// <summary>Makes new blocks. The caller must close the descriptor; the other process opens the blocks with it.</summary>
    internal static SharedBlocks Create(int count, int blockBytes, out int descriptor)
    {
        descriptor = Libc.memfd_create("lakehouse", 0);
        if (descriptor < 0)
        {
            throw Libc.Error("memfd_create");
        }

        try
        {
            return Libc.ftruncate(descriptor, (long)count * blockBytes) == 0 ? Open(descriptor, count, blockBytes) : throw Libc.Error("ftruncate");
        }
        catch (Win32Exception)
        {
            _ = Libc.close(descriptor);
            throw;
        }
    }

    /// <summary>Opens blocks that another process made.</summary>
    internal static SharedBlocks Open(int descriptor, int count, int blockBytes)
    {
        var start = Libc.mmap(0, (nuint)((long)count * blockBytes), Libc.ReadWrite, Libc.Shared, descriptor, 0);
        return start != -1 ? new SharedBlocks((byte*)start, count, blockBytes) : throw Libc.Error("mmap");
    }

    /// <summary>Frees the memory. No block may be used any more.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _ = Libc.munmap((nint)_start, (nuint)_sizeBytes);
        }
    }

    private sealed class Block(byte* start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(start, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
