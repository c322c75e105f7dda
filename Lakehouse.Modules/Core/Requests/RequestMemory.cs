using Lakehouse.Core.Errors;

namespace Lakehouse.Core.Requests;

/// <summary>
/// Bounds the memory of all request bodies and answers that are held whole. When it is used up, the request that began last fails, so that earlier ones can
/// finish: of many large requests at once, some succeed. A slow client holds only the memory of what has arrived. Thread-safe.
/// </summary>
/// <param name="bytesMax">The bound: <c>server.request_memory</c>.</param>
public sealed class RequestMemory(long bytesMax)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<RequestMemoryLease> _growing = new();
    private TaskCompletionSource _released = NewSignal();
    private long _used;

    // Of those bytes: what the requests hold that were given up and have not ended yet.
    private long _releasing;

    /// <summary>The bound on the bytes of all requests together.</summary>
    public long BytesMax => bytesMax;

    /// <summary>Begins a body or an answer with a lease of zero bytes.</summary>
    public RequestMemoryLease Enter()
    {
        var lease = new RequestMemoryLease(this);
        lock (_gate)
        {
            _growing.AddLast(lease.Node);
        }

        return lease;
    }

    internal async ValueTask GrowAsync(RequestMemoryLease lease, long bytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task released;
            List<RequestMemoryLease>? givenUp = null;
            lock (_gate)
            {
                if (lease.IsGivenUp)
                {
                    throw Full();
                }

                if (_used + bytes <= bytesMax)
                {
                    _used += bytes;
                    lease.Bytes += bytes;
                    return;
                }

                // As many as it takes, and no more: those that were given up before take a moment to end, and one that holds nothing releases nothing.
                while (!lease.IsGivenUp && _used - _releasing + bytes > bytesMax)
                {
                    var youngest = _growing.Last!.Value;
                    youngest.IsGivenUp = true;
                    _releasing += youngest.Bytes;
                    _growing.RemoveLast();
                    (givenUp ??= []).Add(youngest);
                }

                released = _released.Task;
            }

            givenUp?.ForEach(l => l.GiveUp());
            if (givenUp?.Contains(lease) == true)
            {
                throw Full();
            }

            await released.WaitAsync(cancellationToken);
        }
    }

    internal void Complete(RequestMemoryLease lease)
    {
        lock (_gate)
        {
            lease.Node.List?.Remove(lease.Node);
        }
    }

    internal void Release(RequestMemoryLease lease)
    {
        TaskCompletionSource released;
        lock (_gate)
        {
            lease.Node.List?.Remove(lease.Node);
            _used -= lease.Bytes;
            _releasing -= lease.IsGivenUp ? lease.Bytes : 0;
            lease.Bytes = 0;

            (released, _released) = (_released, NewSignal());
        }

        released.TrySetResult();
    }

    /// <summary>The error of a request that gets no memory.</summary>
    internal LakehouseException Full() => new(
        ErrorKind.Busy,
        "request_memory_full",
        $"The running requests hold all of the {bytesMax} bytes that requests may use (server.request_memory). Try again soon, or send less at once.");

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
