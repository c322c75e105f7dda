using Lakehouse.Core.Errors;

namespace Lakehouse.Core.Concurrency;

/// <summary>
/// Limits how much work runs at once, and how much waits to run. More than that is refused at once: a longer queue would only hide the load. The limiters of
/// System.Threading.RateLimiting do the same, but do not bound the time that a caller waits, and a lease cannot be given back for a while and then acquired
/// again. Thread-safe.
/// </summary>
/// <param name="runningMax">How many leases there are, 1 or more.</param>
/// <param name="waitingMax">How many callers may wait for a lease; 0: a caller never waits.</param>
/// <param name="waitMax">How long a caller waits at most.</param>
/// <param name="refusal">The error of a caller that cannot wait, of <see cref="ErrorKind.Busy"/>.</param>
/// <param name="expiry">The error of a caller that has waited too long, likewise; null for the same one.</param>
public sealed class ConcurrencyLimiter(
    int runningMax, int waitingMax, TimeSpan waitMax, Func<LakehouseException> refusal, Func<LakehouseException>? expiry = null) : IDisposable
{
    private readonly SemaphoreSlim _free = new(runningMax);
    private int _waiting;

    /// <summary>A limiter for work that never waits.</summary>
    public ConcurrencyLimiter(int runningMax, Func<LakehouseException> refusal)
        : this(runningMax, 0, TimeSpan.Zero, refusal)
    {
    }

    /// <summary>How many callers wait now.</summary>
    public int WaitingCount => Volatile.Read(ref _waiting);

    /// <summary>Acquires a lease, and waits for one where that is allowed. Disposing of the result gives the lease back.</summary>
    /// <exception cref="LakehouseException">The refusal: no lease is free and no more callers may wait, or the wait was too long.</exception>
    public async ValueTask<ConcurrencyLease> AcquireAsync(CancellationToken cancellationToken)
    {
        if (_free.Wait(0, cancellationToken))
        {
            return new ConcurrencyLease(_free);
        }

        if (Interlocked.Increment(ref _waiting) > waitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            throw refusal();
        }

        try
        {
            return await _free.WaitAsync(waitMax, cancellationToken) ? new ConcurrencyLease(_free) : throw (expiry ?? refusal)();
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>
    /// Acquires a lease for work that had one and gave it back for a while. Waits without a time limit, and is not counted in <see cref="WaitingCount"/>.
    /// </summary>
    public async ValueTask<ConcurrencyLease> ReacquireAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        return new ConcurrencyLease(_free);
    }

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();
}
