using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Lakehouse.Host.Server.Connections;

/// <summary>
/// Blocks of 64 KiB for the server's connections instead of its own of 4 KiB, one of which is filled by each call of the system: a body of many
/// megabytes needs a sixteenth of the calls and wake-ups. A connection has a block while it has something to read or to write, and none while it waits.
/// </summary>
internal sealed class LargeBlocks : IMemoryPoolFactory<byte>
{
    private const int BlockBytes = 64 * 1024;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    /// <summary>Arrays of the shared pool, which gives back what is not used.</summary>
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
