using System.IO.Compression;
using System.Security.Cryptography;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;

namespace Lakehouse.Ingest.Internal.Files;

/// <summary>
/// What a gzip file holds (RFC 1952; several members are one content). The runtime's <see cref="GZipStream"/> ends without an error where a file is cut off, so
/// that half a file would pass for a whole one. Here one more member is appended, with random bytes in it: they come out at the end only if all that was before
/// them was whole.
/// </summary>
internal sealed class GzipContent : ReadOnlyStream
{
    private const int MarkSize = 32;
    private const int SmallSize = 4_096;

    private readonly GZipStream _unpacked;
    private readonly byte[] _mark = RandomNumberGenerator.GetBytes(MarkSize);

    // The last bytes that came out, which may be the mark.
    private readonly byte[] _last = new byte[MarkSize];
    private int _lastCount;
    private bool _isAtEnd;

    public GzipContent(Stream packed) => _unpacked = new GZipStream(new WithMark(packed, Pack(_mark)), CompressionMode.Decompress);

    /// <inheritdoc/>
    /// <exception cref="LakehouseException"><c>invalid_gzip</c> (<see cref="ErrorKind.Unprocessable"/>): it is damaged, or does not end.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // What is held back comes first, so it needs room.
        var work = buffer.Length >= SmallSize ? buffer : new byte[buffer.Length + MarkSize];
        while (!_isAtEnd && buffer.Length > 0)
        {
            _last.AsSpan(0, _lastCount).CopyTo(work.Span);
            int count;
            try
            {
                count = await _unpacked.ReadAsync(work[_lastCount..], cancellationToken);
            }
            catch (InvalidDataException error)
            {
                throw Broken(error);
            }

            if (count == 0)
            {
                _isAtEnd = true;
                return _last.AsSpan(0, _lastCount).SequenceEqual(_mark) ? 0 : throw Broken(null);
            }

            var all = work.Span[..(_lastCount + count)];
            var free = Math.Clamp(all.Length - MarkSize, 0, buffer.Length);
            _lastCount = all.Length - free;
            all[free..].CopyTo(_last);
            if (free > 0)
            {
                if (!work.Equals(buffer))
                {
                    all[..free].CopyTo(buffer.Span);
                }

                return free;
            }
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _unpacked.Dispose();
        }

        base.Dispose(disposing);
    }

    private static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    private static LakehouseException Broken(Exception? cause) => new(
        ErrorKind.Unprocessable,
        "invalid_gzip",
        "The file cannot be unpacked: it is damaged, cut off, or has something else after its end. Nothing was registered; pack it and send it again.",
        cause);

    /// <summary>A stream and then a mark.</summary>
    private sealed class WithMark(Stream content, byte[] mark) : ReadOnlyStream
    {
        private int _sent = -1;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_sent < 0)
            {
                var count = await content.ReadAsync(buffer, cancellationToken);
                if (count > 0 || buffer.Length == 0)
                {
                    return count;
                }

                _sent = 0;
            }

            var rest = Math.Min(buffer.Length, mark.Length - _sent);
            mark.AsSpan(_sent, rest).CopyTo(buffer.Span);
            _sent += rest;
            return rest;
        }
    }
}
