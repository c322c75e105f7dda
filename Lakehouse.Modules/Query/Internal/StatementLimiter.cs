using Lakehouse.Core.Concurrency;

namespace Lakehouse.Query.Internal;

/// <summary>
/// Bounds the statements that run at once, those that wait for a lease, and those that are paused because their clients do not read. When no more can be paused
/// and a statement waits for a lease, the one that has waited longest for its client is ended, so a slow client does not hold up the others. Thread-safe.
/// </summary>
internal sealed class StatementLimiter(QueryOptions options) : IDisposable
{
    private readonly ConcurrencyLimiter _running = new(
        options.MaxRunning, options.MaxWaiting, options.Timeout, () => EngineErrors.TooManyQueries(options), () => EngineErrors.NoneEnded(options));

    private readonly Lock _gate = new();
    private readonly HashSet<StatementLease> _paused = [];

    /// <summary>Waits for a lease to run a statement.</summary>
    public async ValueTask<StatementLease> AcquireAsync(CancellationToken cancellationToken) => new(this, await _running.AcquireAsync(cancellationToken));

    public void Dispose() => _running.Dispose();

    /// <summary>
    /// Returns false when as many statements are paused as are allowed. If another one waits for a lease, the statement that has waited longest for its client
    /// is told to end, so that the next one can be paused soon.
    /// </summary>
    internal bool TryPause(StatementLease lease)
    {
        StatementLease slowest;
        lock (_gate)
        {
            if (_paused.Count < options.MaxPaused)
            {
                _paused.Add(lease);
                return true;
            }

            if (_running.WaitingCount == 0)
            {
                return false;
            }

            slowest = _paused.Append(lease).MaxBy(l => l.Waited)!;
        }

        slowest.End();
        return false;
    }

    /// <summary>Waits for a lease for a statement that was paused, which is never refused.</summary>
    internal ValueTask<ConcurrencyLease> ResumeAsync(CancellationToken cancellationToken) => _running.ReacquireAsync(cancellationToken);

    /// <summary>Removes a statement that is no longer paused.</summary>
    internal void Leave(StatementLease lease)
    {
        lock (_gate)
        {
            _paused.Remove(lease);
        }
    }
}
