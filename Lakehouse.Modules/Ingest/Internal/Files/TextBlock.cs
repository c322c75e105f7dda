using System.Buffers;
using Lakehouse.Core.Errors;

namespace Lakehouse.Ingest.Internal.Files;

/// <summary>Reads the text of a file in blocks. What a scan leaves of a block is the beginning of the next one, so records are always whole.</summary>
internal sealed class TextBlock : IDisposable
{
    private const int BlockSize = 1 << 20;
    private const int PartSize = 4 << 20; // of each thread, where there are several: to wake one takes as long as to scan some ten kibibytes

    private readonly UnpackedFile _file;
    private readonly int _recordBytesMax;
    private readonly int _threads;

    // Kept for the next file: one of this size costs a small file a collection of garbage.
    private byte[]? _rented;
    private byte[] _block;
    private int _filled;
    private bool _hasEnded;

    /// <summary>Creates an empty block.</summary>
    /// <param name="file">The file.</param>
    /// <param name="recordBytesMax">The largest record.</param>
    /// <param name="threads">How many threads scan a block; with more than one, a block is filled before it is scanned.</param>
    public TextBlock(UnpackedFile file, int recordBytesMax, int threads = 1)
    {
        (_file, _recordBytesMax, _threads) = (file, recordBytesMax, threads);
        _rented = ArrayPool<byte>.Shared.Rent(threads > 1 ? PartSize * threads : BlockSize);
        _block = _rented;
    }

    /// <summary>Scans a part of a file, which begins where the last scan has stopped.</summary>
    /// <param name="data">The part.</param>
    /// <param name="isFinal">Whether the file ends with it.</param>
    /// <returns>The bytes that are done with; the others come again, with more.</returns>
    public delegate int Scanner(ReadOnlyMemory<byte> data, bool isFinal);

    /// <summary>What was read and not scanned.</summary>
    public ReadOnlySpan<byte> Data => _block.AsSpan(0, _filled);

    /// <summary>Whether the file ends with <see cref="Data"/>.</summary>
    public bool IsFinal => _hasEnded;

    /// <summary>Whether all of the file was read and scanned.</summary>
    public bool IsAtEnd => _hasEnded && _filled == 0;

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
            _rented = null;
        }
    }

    /// <summary>Reads until there are <paramref name="wanted"/> bytes, at most those of a block, or the file ends.</summary>
    public async Task FillAsync(int wanted, CancellationToken cancellationToken)
    {
        while (_filled < wanted && !_hasEnded)
        {
            var count = await _file.ReadAsync(_block.AsMemory(_filled), cancellationToken);
            _hasEnded = count == 0;
            _filled += count;
        }
    }

    /// <summary>Leaves bytes at the beginning out.</summary>
    public void Consume(int count)
    {
        _block.AsSpan(count, _filled - count).CopyTo(_block);
        _filled -= count;
    }

    /// <summary>Scans to the end of the file.</summary>
    /// <param name="scan">Scans a block.</param>
    /// <param name="tooLarge">The error of a record that does not fit.</param>
    /// <param name="afterBlock">Called after each block.</param>
    /// <param name="sizeBytesMax">Stops after so many bytes of text.</param>
    /// <param name="cancellationToken">Cancels the scan.</param>
    public async Task ScanAsync(
        Scanner scan, Func<LakehouseException> tooLarge, Func<Task> afterBlock, long sizeBytesMax, CancellationToken cancellationToken)
    {
        while (true)
        {
            int taken;
            try
            {
                taken = scan(_block.AsMemory(0, _filled), _hasEnded);
            }
            catch (LakehouseException) when (_file.Compression is not null)
            {
                // What is unpacked from a damaged file is damaged text, and the end of the file says that it is.
                await _file.CopyToAsync(Stream.Null, cancellationToken);
                throw;
            }

            Consume(taken);
            await afterBlock();
            if (_hasEnded || _file.BytesUnpacked >= sizeBytesMax)
            {
                return;
            }

            if (taken == 0)
            {
                Grow(tooLarge);
            }

            // A record that has not ended is scanned again from its start, so twice as much is awaited: else the work would grow with the square of its size.
            var wanted = taken > 0 ? _filled + 1 : Math.Max(_filled + 1, Math.Min(_filled * 2, _block.Length));
            await FillAsync(_threads > 1 ? _block.Length : wanted, cancellationToken);
        }
    }

    /// <summary>Makes the block larger, up to the bound, for a record that does not fit into it.</summary>
    private void Grow(Func<LakehouseException> tooLarge)
    {
        if (_filled > _recordBytesMax)
        {
            throw tooLarge();
        }

        if (_filled == _block.Length)
        {
            Array.Resize(ref _block, (int)Math.Min(_block.Length * 2L, _recordBytesMax + (long)BlockSize));
            Dispose();
        }
    }
}
