using System.Buffers;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;

namespace Lakehouse.Ingest.Internal.Files;

/// <summary>What a zstd file holds (RFC 8878; several frames are one content), unpacked by the system's library.</summary>
internal sealed class ZstdContent : ReadOnlyStream
{
    private const int BlockSize = 128 * 1024;

    private readonly Stream _packed;
    private readonly ZstdLibrary _library;
    private readonly byte[] _block = ArrayPool<byte>.Shared.Rent(BlockSize);
    private nint _state;
    private int _filled;
    private int _taken;
    private bool _isBetweenFrames = true;
    private bool _mayHaveMore;

    /// <summary>Opens a file.</summary>
    /// <param name="packed">The file.</param>
    /// <param name="library">The system's library; null where there is none.</param>
    /// <exception cref="LakehouseException"><c>unsupported_format</c> (<see cref="ErrorKind.UnsupportedMedia"/>): the system has no libzstd.</exception>
    public ZstdContent(Stream packed, ZstdLibrary? library)
    {
        _packed = packed;
        _library = library ?? throw new LakehouseException(
            ErrorKind.UnsupportedMedia,
            "unsupported_format",
            "The file is packed with zstd, and the server's system has no libzstd to unpack it with. Nothing was registered; install it there (on Debian: apt "
            + "install libzstd1), or pack the file with gzip.");
        _state = _library.Create();
        if (_state == 0)
        {
            throw new LakehouseException(
                ErrorKind.InsufficientStorage, "out_of_memory", "There is no memory to unpack the file with. Nothing was registered; try again later.");
        }
    }

    /// <inheritdoc/>
    /// <exception cref="LakehouseException"><c>invalid_zstd</c> (<see cref="ErrorKind.Unprocessable"/>): it is damaged, or does not end.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            if (_taken == _filled && !_mayHaveMore)
            {
                (_taken, _filled) = (0, await _packed.ReadAsync(_block.AsMemory(0, BlockSize), cancellationToken));
                if (_filled == 0)
                {
                    return _isBetweenFrames ? 0 : throw Broken();
                }
            }

            if (Unpack(buffer) is var count and > 0)
            {
                return count;
            }
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (_state != 0)
        {
            _library.Free(_state);
            _state = 0;
            ArrayPool<byte>.Shared.Return(_block);
        }

        base.Dispose(disposing);
    }

    private unsafe int Unpack(Memory<byte> target)
    {
        fixed (byte* from = _block)
        fixed (byte* to = target.Span)
        {
            var input = new ZstdLibrary.Buffer { Start = (nint)from, Size = (nuint)_filled, Position = (nuint)_taken };
            var output = new ZstdLibrary.Buffer { Start = (nint)to, Size = (nuint)target.Length };
            var result = _library.Decompress(_state, ref output, ref input);
            if (_library.IsError(result) != 0)
            {
                throw Broken();
            }

            _taken = (int)input.Position;
            _isBetweenFrames = result == 0;

            // What the library holds back comes without more input.
            _mayHaveMore = output.Position == output.Size && !_isBetweenFrames;
            return (int)output.Position;
        }
    }

    private static LakehouseException Broken() => new(
        ErrorKind.Unprocessable,
        "invalid_zstd",
        "The file cannot be unpacked: it is damaged, cut off, has something else after its end, or needs a window of more than 128 MiB (--long=28 and more). "
            + "Nothing was registered; pack it again and send it.");
}
