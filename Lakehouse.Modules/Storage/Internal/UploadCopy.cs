using System.Buffers;
using System.Threading.Channels;
using Lakehouse.Core.Errors;
using Microsoft.Win32.SafeHandles;

namespace Lakehouse.Storage.Internal;

/// <summary>
/// Copies an upload to a file in three concurrent stages: blocks are filled as the body arrives, another thread writes them to the file, and the system starts
/// to write them to the disk early, so that the final flush is short. An upload holds at most <see cref="BlocksMax"/> + 2 blocks.
/// </summary>
internal sealed class UploadCopy(Stream content, SafeFileHandle file, long sizeBytesMax)
{
    private const int BlockBytes = 512 * 1024;
    private const int BlocksMax = 8;
    private const long WriteBackBytes = 8 * 1024 * 1024;

    private readonly Channel<(byte[] Block, int Count)> _filled = Channel.CreateBounded<(byte[] Block, int Count)>(
        new BoundedChannelOptions(BlocksMax) { SingleReader = true, SingleWriter = true });

    private long _size;

    /// <summary>Copies to the end.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            var count = await FillAsync(block, cancellationToken);
            if (count < BlockBytes)
            {
                // The body fits into one block, as most do.
                RandomAccess.Write(file, block.AsSpan(0, count), 0);
                return;
            }

            var writer = Task.Run(WriteAsync, CancellationToken.None);
            try
            {
                while (count > 0)
                {
                    await _filled.Writer.WriteAsync((block, count), cancellationToken);
                    block = ArrayPool<byte>.Shared.Rent(BlockBytes);
                    count = await FillAsync(block, cancellationToken);
                }
            }
            catch (ChannelClosedException)
            {
                // The writer has failed; awaiting it below throws its error.
            }
            finally
            {
                _filled.Writer.TryComplete();
                await writer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // it uses the file until then
            }

            await writer;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>Fills a block, or reads what is left of the body. Returns the count of bytes.</summary>
    private async ValueTask<int> FillAsync(byte[] block, CancellationToken cancellationToken)
    {
        var filled = 0;
        while (filled < BlockBytes && await content.ReadUploadAsync(block.AsMemory(filled, BlockBytes - filled), cancellationToken) is var count and > 0)
        {
            filled += count;
        }

        _size += filled;
        return _size <= sizeBytesMax ? filled : throw StorageErrors.TooLarge(sizeBytesMax);
    }

    private async Task WriteAsync()
    {
        try
        {
            var (at, started) = (0L, 0L);
            await foreach (var (block, count) in _filled.Reader.ReadAllAsync())
            {
                RandomAccess.Write(file, block.AsSpan(0, count), at);
                ArrayPool<byte>.Shared.Return(block);
                at += count;
                if (at - started >= WriteBackBytes)
                {
                    Posix.StartWriteBack(file, started, at - started);
                    started = at;
                }
            }
        }
        catch (Exception error)
        {
            _filled.Writer.TryComplete(error);
            throw;
        }
    }
}
