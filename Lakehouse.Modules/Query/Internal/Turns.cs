using Lakehouse.Core.Concurrency;

namespace Lakehouse.Query.Internal;

/// <summary>
/// Bounds the statements that run at once, those that wait to run, and those that wait for their clients to read. When no more can wait for clients and somebody wants to run, the one that has waited
/// for its client for longest is ended: a client that reads slowly costs others nothing. Thread-safe.
/// </summary>
internal sealed class Turns(QueryOptions options) : IDisposable
{
    private readonly Places _running = new(
        options.MaxRunning, options.MaxWaiting, options.Timeout, () => EngineErrors.TooManyQueries(options), () => EngineErrors.NoTurn(options));

    private readonly Lock _gate = new();
    private readonly HashSet<Turn> _paused = [];

    /// <summary>Waits for a turn.</summary>
    public async ValueTask<Turn> TakeAsync(CancellationToken cancellationToken) => new(this, await _running.TakeAsync(cancellationToken));

    public void Dispose() => _running.Dispose();

    /// <summary>False when as many are paused as may be. Where somebody wants to run, one of them is then asked to end, and there is soon a place.</summary>
    internal bool TryPause(Turn turn)
    {
        Turn slowest;
        lock (_gate)
        {
            if (_paused.Count < options.MaxPaused)
            {
                _paused.Add(turn);
                return true;
            }

            if (_running.WaitingCount == 0)
            {
                return false;
            }

            slowest = _paused.Append(turn).MaxBy(t => t.Waited)!;
        }

        slowest.End();
        return false;
    }

    /// <summary>Waits for a turn again. One that was begun is never refused.</summary>
    internal ValueTask<Place> ResumeAsync(CancellationToken cancellationToken) => _running.TakeAgainAsync(cancellationToken);

    /// <summary>One is not paused any more.</summary>
    internal void Leave(Turn turn)
    {
        lock (_gate)
        {
            _paused.Remove(turn);
        }
    }
}
