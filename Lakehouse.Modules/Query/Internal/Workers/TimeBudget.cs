using System.Diagnostics;

namespace Lakehouse.Query.Internal.Workers;

/// <summary>The time that the engine may work on a statement. Time spent waiting for its client does not count. Not thread-safe.</summary>
internal sealed class TimeBudget(TimeSpan limit)
{
    private TimeSpan _spent;

    /// <summary>The whole time.</summary>
    public TimeSpan Limit => limit;

    /// <summary>Runs a step within the time that is left.</summary>
    /// <exception cref="Lakehouse.Core.Errors.LakehouseException"><c>query_timeout</c>.</exception>
    public async ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> step, CancellationToken cancellationToken, CancellationToken otherEnd = default)
    {
        var left = limit - _spent;
        if (left <= TimeSpan.Zero)
        {
            throw EngineErrors.Timeout(limit);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, otherEnd);
        stop.CancelAfter(left);
        var started = Stopwatch.GetTimestamp();
        try
        {
            return await step(stop.Token);
        }
        catch (OperationCanceledException) when (
            !cancellationToken.IsCancellationRequested && !otherEnd.IsCancellationRequested && stop.IsCancellationRequested)
        {
            throw EngineErrors.Timeout(limit);
        }
        finally
        {
            _spent += Stopwatch.GetElapsedTime(started);
        }
    }
}
