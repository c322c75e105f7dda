using Lakehouse.Core.Concurrency;

namespace Lakehouse.Query.Internal;

/// <summary>
/// Bounds the statements that run at once, those that wait to run, and those that wait for their clients to read. When no more can wait for clients and
/// somebody wants to run, the one that has waited for its client for longest is ended: a client that reads slowly costs others nothing. Thread-safe.
/// </summary>
internal sealed class StatementLimiter(QueryOptions options) : IDisposable
{
    private readonly ConcurrencyLimiter _running = new(
        options.MaxRunning, options.MaxWaiting, options.Timeout, () => EngineErrors.TooManyQueries(options), () => EngineErrors.NoneEnded(options));

    private readonly Lock _gate = new();
    private readonly HashSet<StatementLease> _paused = [];

    /// <summary>Gets a lease to run a statement, waiting for one.</summary>
    public async ValueTask<StatementLease> AcquireAsync(CancellationToken cancellationToken) => new(this, await _running.AcquireAsync(cancellationToken));

    public void Dispose() => _running.Dispose();

    /// <summary>
    /// False when as many are paused as may be. Where somebody wants to run, one of them is then asked to end, and another can soon be paused.
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

    /// <summary>Gets a lease again for a statement that was paused, which is never refused.</summary>
    internal ValueTask<ConcurrencyLease> ResumeAsync(CancellationToken cancellationToken) => _running.ReacquireAsync(cancellationToken);

    /// <summary>One is not paused any more.</summary>
    internal void Leave(StatementLease lease)
    {
        lock (_gate)
        {
            _paused.Remove(lease);
        }
    }
}
