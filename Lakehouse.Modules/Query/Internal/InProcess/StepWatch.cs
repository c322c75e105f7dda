using System.Diagnostics;

namespace Lakehouse.Query.Internal.InProcess;

/// <summary>
/// Watches the steps of one statement, each on a thread of the pool. Past the time, or when the client has gone, the step is interrupted again and again until
/// it stops, for an interrupt that comes a moment too early is lost. One that does not stop within the grace is given up, and goes on by itself. Not
/// thread-safe.
/// </summary>
internal sealed class StepWatch(TimeSpan limit, TimeSpan grace)
{
    private static readonly TimeSpan InterruptEvery = TimeSpan.FromMilliseconds(20);

    private TimeSpan _spent;

    /// <summary>The step that was given up, or null.</summary>
    public Task? GivenUp { get; private set; }

    /// <summary>Runs a step within what is left of the time.</summary>
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
