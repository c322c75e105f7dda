using System.Security.Cryptography;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;

namespace Lakehouse.Ingest.Internal.Files;

/// <summary>The bytes of a file as they were sent, counted and bounded. Its beginning can be looked at before it is read.</summary>
/// <param name="content">The file.</param>
/// <param name="sizeBytesMax">The bound.</param>
/// <param name="stallMax">How long it may send nothing.</param>
/// <param name="hash">Receives the bytes, too; null when they need not be hashed.</param>
internal sealed class UploadedBytes(Stream content, long sizeBytesMax, TimeSpan stallMax, IncrementalHash? hash = null) : ReadOnlyStream
{
    private CancellationTokenSource? _stall;
    private byte[] _start = [];
    private int _startRead;

    /// <summary>The bytes so far.</summary>
    public long Count { get; private set; }

    /// <summary>The beginning of the file: at least so many bytes, unless it is shorter. They are read again.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> PeekAsync(int size, CancellationToken cancellationToken)
    {
        var start = new byte[size];
        var filled = 0;
        while (filled < size && await FetchAsync(start.AsMemory(filled), cancellationToken) is var count and > 0)
        {
            filled += count;
        }

        _start = start[..filled];
        return _start;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_startRead == _start.Length)
        {
            return await FetchAsync(buffer, cancellationToken);
        }

        var count = Math.Min(buffer.Length, _start.Length - _startRead);
        _start.AsSpan(_startRead, count).CopyTo(buffer.Span);
        _startRead += count;
        return count;
    }

    private async ValueTask<int> FetchAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = await ReceiveAsync(buffer, cancellationToken);
        hash?.AppendData(buffer.Span[..count]);
        Count += count;
        return Count > sizeBytesMax ? throw IngestErrors.TooLarge(sizeBytesMax) : count;
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _stall ??= CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _stall.CancelAfter(stallMax);
        try
        {
            return await content.ReadUploadAsync(buffer, _stall.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw IngestErrors.Stalled(stallMax);
        }
        finally
        {
            _stall.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stall?.Dispose();
        }

        base.Dispose(disposing);
    }
}
