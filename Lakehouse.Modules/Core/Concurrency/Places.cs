using Lakehouse.Core.Errors;

namespace Lakehouse.Core.Concurrency;

/// <summary>
/// Bounds work that runs at once, and how much of it waits for its turn. What does not fit is refused at once: a longer queue would only hide the
/// load. Thread-safe.
/// </summary>
/// <param name="runningMax">How many run at once, 1 or more.</param>
/// <param name="waitingMax">How many wait; 0: none does.</param>
/// <param name="waitMax">How long one waits.</param>
/// <param name="refusal">The error for who finds no place, of <see cref="ErrorKind.Busy"/>.</param>
/// <param name="expiry">The error for who has waited too long, likewise; null for the same one.</param>
public sealed class Places(int runningMax, int waitingMax, TimeSpan waitMax, Func<LakehouseException> refusal, Func<LakehouseException>? expiry = null) : IDisposable
{
    private readonly SemaphoreSlim _free = new(runningMax);
    private int _waiting;

    /// <summary>Places for work that never waits.</summary>
    public Places(int runningMax, Func<LakehouseException> refusal)
        : this(runningMax, 0, TimeSpan.Zero, refusal)
    {
    }

    /// <summary>How many wait now.</summary>
    public int WaitingCount => Volatile.Read(ref _waiting);

    /// <summary>Takes a place, waiting for one where that is allowed. It is free again when the result is disposed of.</summary>
    /// <exception cref="LakehouseException">The refusal: no place, and none to wait in, or the wait was too long.</exception>
    public async ValueTask<Place> TakeAsync(CancellationToken cancellationToken)
    {
        if (_free.Wait(0, cancellationToken))
        {
            return new Place(_free);
        }

        if (Interlocked.Increment(ref _waiting) > waitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            throw refusal();
        }

        try
        {
            return await _free.WaitAsync(waitMax, cancellationToken) ? new Place(_free) : throw (expiry ?? refusal)();
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Takes a place for work that had one and gave it back for a while. It waits as long as it takes, and is not counted among those that wait.</summary>
    public async ValueTask<Place> TakeAgainAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        return new Place(_free);
    }

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();
}
