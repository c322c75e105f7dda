namespace Lakehouse.Core.Requests;

/// <summary>What one request holds of <see cref="RequestMemory"/>, until it is disposed of. One user at a time.</summary>
public sealed class RequestMemoryLease : IDisposable
{
    private readonly RequestMemory _memory;
    private readonly CancellationTokenSource _givenUp = new();

    internal RequestMemoryLease(RequestMemory memory)
    {
        _memory = memory;
        Node = new LinkedListNode<RequestMemoryLease>(this);
    }

    /// <summary>Ends when this request is given up for those before it.</summary>
    public CancellationToken GivenUp => _givenUp.Token;

    internal LinkedListNode<RequestMemoryLease> Node { get; }

    internal long Bytes { get; set; }

    internal bool IsGivenUp { get; set; }

    /// <summary>Takes more, waiting for requests that began later to let go of theirs.</summary>
    /// <param name="bytes">So many more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Errors.LakehouseException">
    /// <c>request_memory_full</c> (<see cref="Errors.ErrorKind.Busy"/>): those before this one have all of it.
    /// </exception>
    public ValueTask GrowAsync(long bytes, CancellationToken cancellationToken) => _memory.GrowAsync(this, bytes, cancellationToken);

    /// <summary>It grows no more, and is given up for nobody from now on; what it has it keeps.</summary>
    public void Complete() => _memory.Complete(this);

    /// <summary>Gives everything back.</summary>
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
            // It has just ended by itself.
        }
    }
}
