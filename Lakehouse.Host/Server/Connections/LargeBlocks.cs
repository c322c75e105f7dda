using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Lakehouse.Host.Server.Connections;

/// <summary>
/// Gives Kestrel's connections blocks of 64 KiB instead of 4 KiB. Each system call fills one block, so a large body needs a sixteenth of the calls and
/// wake-ups. A connection holds a block only while it has something to read or to write.
/// </summary>
internal sealed class LargeBlocks : IMemoryPoolFactory<byte>
{
    private const int BlockBytes = 64 * 1024;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    /// <summary>Rents arrays from the shared pool, which frees unused ones.</summary>
    private sealed class Pool : MemoryPool<byte>
    {
        public override int MaxBufferSize => Array.MaxLength;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => new Block(ArrayPool<byte>.Shared.Rent(Math.Max(minBufferSize, BlockBytes)));

        protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class Block(byte[] array) : IMemoryOwner<byte>
    {
        private byte[]? _array = array;

        public Memory<byte> Memory => _array ?? throw new ObjectDisposedException(nameof(Block));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _array, null) is { } returned)
            {
                ArrayPool<byte>.Shared.Return(returned);
            }
        }
    }
}
