using Lakehouse.Core.Concurrency;

namespace Lakehouse.Query.Internal;

/// <summary>Bounds the statements that run at once, those that wait to run, and those that wait for their clients to read. Thread-safe.</summary>
internal sealed class Turns(QueryOptions options) : IDisposable
{
    private readonly Places _running = new(options.MaxRunning, options.MaxWaiting, options.Timeout, () => EngineErrors.TooManyQueries(options));
    private int _paused;

    /// <summary>Waits for a turn.</summary>
    public async ValueTask<Turn> TakeAsync(CancellationToken cancellationToken) => new(this, await _running.TakeAsync(cancellationToken));

    public void Dispose() => _running.Dispose();

    /// <summary>False when as many are paused as may be.</summary>
    internal bool TryPause()
    {
        if (Interlocked.Increment(ref _paused) <= options.MaxPaused)
        {
            return true;
        }

        Interlocked.Decrement(ref _paused);
        return false;
    }

    /// <summary>Waits for a turn again. One that was begun is never refused.</summary>
    internal ValueTask<Place> ResumeAsync(CancellationToken cancellationToken) => _running.TakeAgainAsync(cancellationToken);

    /// <summary>One is not paused any more.</summary>
    internal void Leave() => Interlocked.Decrement(ref _paused);
}
