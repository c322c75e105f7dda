namespace Lakehouse.Core.Requests;

/// <summary>The share of <see cref="RequestMemory"/> that one request holds, until it is disposed of. Not thread-safe.</summary>
public sealed class RequestMemoryLease : IDisposable
{
    private readonly RequestMemory _memory;
    private readonly CancellationTokenSource _givenUp = new();

    internal RequestMemoryLease(RequestMemory memory)
    {
        _memory = memory;
        Node = new LinkedListNode<RequestMemoryLease>(this);
    }

    /// <summary>Cancelled when this request must fail so that earlier ones can finish.</summary>
    public CancellationToken GivenUp => _givenUp.Token;

    internal LinkedListNode<RequestMemoryLease> Node { get; }

    internal long Bytes { get; set; }

    internal bool IsGivenUp { get; set; }

    /// <summary>Adds bytes to the lease. Waits until requests that began later have released theirs, if necessary.</summary>
    /// <param name="bytes">The number of bytes to add.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="Errors.LakehouseException">
    /// <c>request_memory_full</c> (<see cref="Errors.ErrorKind.Busy"/>): earlier requests hold all of the memory.
    /// </exception>
    public ValueTask GrowAsync(long bytes, CancellationToken cancellationToken) => _memory.GrowAsync(this, bytes, cancellationToken);

    /// <summary>Marks the lease as complete: it does not grow any more, keeps its bytes, and is no longer ended in favour of earlier requests.</summary>
    public void Complete() => _memory.Complete(this);

    /// <summary>Releases all bytes.</summary>
    public void Dispose()
    {
        _memory.Release(this);
        _givenUp.Dispose();
    }

    internal Errors.LakehouseException Full() => _memory.Full();

    internal void GiveUp()
    {
        try
        {
            _givenUp.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The request has just ended.
        }
    }
}
