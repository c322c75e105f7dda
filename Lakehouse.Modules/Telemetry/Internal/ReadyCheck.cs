using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Query;
using Lakehouse.Storage;

namespace Lakehouse.Telemetry.Internal;

/// <summary>Asks the parts that requests need whether they answer. What it has found is kept for a moment, so that probes cost nothing.</summary>
internal sealed class ReadyCheck(IObjectStore store, IQueryEngine engine, TelemetryOptions options, TimeProvider time) : IDisposable
{
    private static readonly ObjectKey Probe = ObjectKey.Parse("_probe/ready");

    private const int TextBytesMax = 1024;

    private readonly SemaphoreSlim _turn = new(1);
    private ReadyState? _last;
    private long _lastAt;

    /// <summary>What is known now, or was a moment ago.</summary>
    public async Task<ReadyState> AskAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_last is null || time.GetElapsedTime(_lastAt) >= options.ReadyFor)
            {
                var ofStore = TryAsync(AskStoreAsync);
                var ofEngine = TryAsync(AskEngineAsync);
                _last = new ReadyState(await ofStore, await ofEngine);
                _lastAt = time.GetTimestamp();
            }

            return _last;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task AskStoreAsync(CancellationToken stop)
    {
        if (!Directory.Exists(store.LocalFolder))
        {
            throw new DirectoryNotFoundException("the data folder");
        }

        await store.FindAsync(Probe, stop);
    }

    private async Task AskEngineAsync(CancellationToken stop)
    {
        try
        {
            await using var rows = await engine.ReadAsync("SELECT 1", new QueryBounds(options.ReadyTimeout, TextBytesMax), stop);
            await rows.ReadAsync(stop);
        }
        catch (LakehouseException busy) when (busy.Code == "too_many_queries")
        {
            // It works for others.
        }
    }

    /// <returns>The code of the error; null where there was none.</returns>
    private async Task<string?> TryAsync(Func<CancellationToken, Task> ask)
    {
        using var late = new CancellationTokenSource(options.ReadyTimeout, time);
        try
        {
            await ask(late.Token).WaitAsync(late.Token);
            return null;
        }
        catch (LakehouseException error)
        {
            return error.Code;
        }
        catch (DirectoryNotFoundException)
        {
            return "folder_missing";
        }
        catch (OperationCanceledException)
        {
            return "no_answer";
        }
    }
}
