using System.Diagnostics;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Observation;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Lakehouse.Host.Server.Edge;

/// <summary>
/// The body of a request that must arrive at a minimum rate: in each span of waiting as long as the grace period, a minimum of bytes must arrive. Kestrel's own
/// limit applies to the average of the whole body, which a fast beginning keeps high for hours. A body below the rate throws <c>body_too_slow</c>
/// (<see cref="ErrorKind.TooSlow"/>). Time without a pending read does not count. Not thread-safe.
/// </summary>
internal sealed class PacedBody : ReadOnlyStream
{
    private readonly Stream _body;
    private readonly TimeSpan _grace;
    private readonly double _bytesMin;
    private readonly long _rate;
    private readonly CancellationTokenSource _late = new();
    private TimeSpan _waited;
    private readonly RequestRecord? _record = RequestRecord.Current;
    private long _received;

    /// <summary>Watches <paramref name="body"/>, and does not dispose of it.</summary>
    /// <param name="body">The body.</param>
    /// <param name="limit">Bytes a second, and the span over which they are counted.</param>
    public PacedBody(Stream body, MinDataRate limit) =>
        (_body, _grace, _rate, _bytesMin) = (body, limit.GracePeriod, (long)limit.BytesPerSecond, limit.BytesPerSecond * limit.GracePeriod.TotalSeconds);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var count = await WaitAsync(_body.ReadAsync(buffer, _late.Token), cancellationToken);
        _received += count;
        _record?.AddBytesIn(count);
        if (_waited < _grace)
        {
            return count;
        }

        if (_received < _bytesMin && count > 0)
        {
            throw TooSlow(null);
        }

        (_waited, _received) = (TimeSpan.Zero, 0);
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        _late.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> WaitAsync(ValueTask<int> read, CancellationToken cancellationToken)
    {
        if (read.IsCompletedSuccessfully)
        {
            return await read;
        }

        // When the current span already has its bytes, the wait may also last through the next one.
        var left = (_received >= _bytesMin ? _grace + _grace : _grace) - _waited;
        var started = Stopwatch.GetTimestamp();
        var registration = cancellationToken.UnsafeRegister(static late => ((CancellationTokenSource)late!).Cancel(), _late);
        try
        {
            _late.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            return await read;
        }
        catch (OperationCanceledException error) when (_late.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw TooSlow(error);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            throw TooSlow(error); // the average of the whole body is below the rate, too
        }
        finally
        {
            await registration.DisposeAsync();
            _late.CancelAfter(Timeout.InfiniteTimeSpan);
            _waited += Stopwatch.GetElapsedTime(started);
        }
    }

    private LakehouseException TooSlow(Exception? inner) => new(
        ErrorKind.TooSlow,
        "body_too_slow",
        $"The body arrived at less than {_rate} bytes a second (server.min_request_rate) "
        + $"for longer than {_grace.TotalSeconds:0.#} seconds (server.rate_grace). Nothing was stored; send it again.",
        inner);
}
