using System.Runtime.InteropServices;

namespace Lakehouse.Host.Server;

/// <summary>
/// Ends the program on SIGTERM, SIGQUIT and SIGINT; a second SIGINT ends it at once. Unlike the framework's own lifetime it tells a request to stop from a stop
/// that whoever embeds the program (<c>WebApplicationFactory</c>) has made already: the services must not be stopped twice at the same time.
/// </summary>
internal sealed class SignalLifetime : IHostLifetime, IDisposable
{
    private const int InterruptedExitCode = 128 + 2;

    private readonly TaskCompletionSource _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PosixSignalRegistration> _signals = [];
    private int _interrupts;

    /// <summary>Waits until the program should stop.</summary>
    /// <returns>True when the caller must stop it, false when it has been stopped.</returns>
    public async Task<bool> WaitAsync(CancellationToken stop)
    {
        await using var registration = stop.Register(() => _requested.TrySetResult());
        return await Task.WhenAny(_requested.Task, _stopped.Task) == _requested.Task;
    }

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTERM])
        {
            _signals.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stopped.TrySetResult();
        return Task.CompletedTask;
    }

    public void Dispose() => _signals.ForEach(s => s.Dispose());

    private void OnSignal(PosixSignalContext context)
    {
        // Data that was acknowledged is on the disk: an impatient second Ctrl-C costs only the requests that still run.
        if (context.Signal == PosixSignal.SIGINT && Interlocked.Increment(ref _interrupts) > 1)
        {
            Environment.Exit(InterruptedExitCode);
        }

        context.Cancel = true;
        _requested.TrySetResult();
    }
}
