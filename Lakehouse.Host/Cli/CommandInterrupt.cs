using System.Runtime.InteropServices;

namespace Lakehouse.Host.Cli;

/// <summary>Makes the first Ctrl-C or SIGTERM cancel a command, so that it can end what it has begun at the server. A second one ends the program.</summary>
internal sealed class CommandInterrupt : IDisposable
{
    /// <summary>The exit code of a command that was interrupted, as of shells.</summary>
    public const int ExitCode = 130;

    private readonly CancellationTokenSource _source;
    private readonly PosixSignalRegistration[] _signals;

    /// <param name="stop">Cancels the command, too.</param>
    public CommandInterrupt(CancellationToken stop)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        Array.ForEach(_signals, s => s.Dispose());
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
