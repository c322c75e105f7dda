using System.Buffers;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.InProcess;

/// <summary>
/// A statement on an engine of this process. A statement that does not stop keeps its thread and its engine, which is retired; its lease is released at once.
/// </summary>
internal sealed class LocalStatement(
    EnginePool engines, SqlGate gate, StatementErrors errors, DatasetResolver datasets, StepWatch watch, IDisposable lease) : IRunningStatement
{
    private const int ShortTextMax = 4_096;

    private readonly ArrayBufferWriter<byte> _head = new();
    private readonly Lock _outputGate = new();
    private readonly List<ILocalFile> _held = [];
    private SharedEngine? _engine;
    private StatementRun? _run;
    private bool _isGivenUp;
    private bool _isDisposed;

    public StatementHead Head => _run?.Head ?? StatementHead.None;

    public long RowCount => _run?.RowCount ?? 0;

    /// <summary>Judges a statement, and runs it up to its first rows.</summary>
    public async Task StartAsync(StatementRequest request, CancellationToken cancellationToken)
    {
        // The parser takes quadratic time for a few constructs, so the time limit applies to judging a long text too.
        var judged = request.Sql.Length <= ShortTextMax
            ? gate.Judge(request.Sql, request.MaxSqlBytes)
            : await WatchAsync(() => gate.Judge(request.Sql, request.MaxSqlBytes), cancellationToken);
        await WatchAsync(() => Enter(request, judged), cancellationToken);
        IReadOnlyList<Catalog.Manifest> named = [];
        DatasetChanges? changes = null;
        do
        {
            if (_run!.HasNeeds)
            {
                (changes, named) = await datasets.ResolveAsync(_run.Needs, request, _held, cancellationToken);
            }
        }
        while (!await WatchAsync(() => _run!.TryStart(changes), cancellationToken));

        DatasetResolver.RequireKnown(request.Pins, _run!.Head.Datasets);

        // An error in what comes before the rows still is a status.
        await WatchAsync(() => Write(_head), cancellationToken);

        await datasets.HoldNewerAsync(named, _held, cancellationToken);
    }

    public async ValueTask<bool> CopyNextAsync(IBufferWriter<byte> output, CancellationToken cancellationToken)
    {
        output.Write(_head.WrittenSpan);
        _head.ResetWrittenCount();
        if (await WatchAsync(() => _run!.MoveNext(), cancellationToken))
        {
            await WatchAsync(() => Write(output), cancellationToken);
            return true;
        }

        _run!.WriteEnd(output);
        return false;
    }

    public ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return ValueTask.CompletedTask;
        }

        _isDisposed = true;
        if (watch.GivenUp is { } step)
        {
            _ = step.ContinueWith(_ => Free(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        else
        {
            Free();
        }

        lease.Dispose();
        return ValueTask.CompletedTask;
    }

    private bool Enter(StatementRequest request, JudgedStatement judged)
    {
        _engine = engines.Enter();
        _run = new StatementRun(_engine.Engine, gate, request, judged, errors);
        return true;
    }

    private bool Write(IBufferWriter<byte> output)
    {
        lock (_outputGate)
        {
            if (_isGivenUp)
            {
                return false; // the request has ended, and its output with it
            }

            _run!.Write(output);
        }

        return true;
    }

    private async Task<T> WatchAsync<T>(Func<T> step, CancellationToken cancellationToken)
    {
        try
        {
            return await watch.RunAsync(step, () => _run?.Interrupt(), cancellationToken);
        }
        catch when (watch.GivenUp is not null)
        {
            lock (_outputGate)
            {
                _isGivenUp = true;
            }

            if (_engine is not null)
            {
                engines.Retire(_engine);
            }

            throw;
        }
    }

    private void Free()
    {
        _run?.Dispose();
        _held.ForEach(file => file.Dispose());
        _engine?.Leave();
    }
}
