using System.Diagnostics;

namespace Lakehouse.Query.Internal.InProcess;

/// <summary>
/// Runs the steps of one statement within a time limit, each on a thread of the pool. When the time is over or the client has gone, the step is interrupted
/// repeatedly until it stops, because an interrupt that comes a moment too early is lost. A step that does not stop within the grace period is given up: it
/// continues, and nothing waits for it. Not thread-safe.
/// </summary>
internal sealed class StepWatch(TimeSpan limit, TimeSpan grace)
{
    private static readonly TimeSpan InterruptEvery = TimeSpan.FromMilliseconds(20);

    private TimeSpan _spent;

    /// <summary>The step that was given up, or null.</summary>
    public Task? GivenUp { get; private set; }

    /// <summary>Runs a step within the time that is left.</summary>
    /// <exception cref="Lakehouse.Core.Errors.LakehouseException"><c>query_timeout</c>.</exception>
    public async Task<T> RunAsync<T>(Func<T> step, Action interrupt, CancellationToken cancellationToken)
    {
        var left = limit - _spent;
        if (left <= TimeSpan.Zero)
        {
            throw EngineErrors.Timeout(limit);
        }

        var started = Stopwatch.GetTimestamp();
        var running = Task.Run(step, CancellationToken.None);
        try
        {
            return await running.WaitAsync(left, cancellationToken);
        }
        catch (TimeoutException)
        {
            await StopAsync(running, interrupt);
            throw EngineErrors.Timeout(limit);
        }
        catch (OperationCanceledException)
        {
            await StopAsync(running, interrupt);
            throw;
        }
        finally
        {
            _spent += Stopwatch.GetElapsedTime(started);
        }
    }

    private async Task StopAsync(Task running, Action interrupt)
    {
        var started = Stopwatch.GetTimestamp();
        while (!running.IsCompleted)
        {
            if (Stopwatch.GetElapsedTime(started) > grace)
            {
                GivenUp = running;
                return;
            }

            interrupt();
            await Task.WhenAny(running, Task.Delay(InterruptEvery, CancellationToken.None));
        }

        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
