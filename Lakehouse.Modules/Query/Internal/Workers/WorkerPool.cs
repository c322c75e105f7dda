using System.ComponentModel;
using System.Diagnostics;
using Lakehouse.Core.Errors;
using Lakehouse.Isolation;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.SystemTables;
using Lakehouse.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Query.Internal.Workers;

/// <summary>
/// The engine process at work and those in reserve. When the one at work ends, the next takes over at once, and another is started. While a process has
/// statements, the pool checks its memory, and whether it must be replaced. Thread-safe.
/// </summary>
internal sealed partial class WorkerPool : IHostedLifecycleService, IDisposable
{
    // One block is filled while another is sent.
    private const int BlocksPerLane = 4;

    private static readonly TimeSpan ClearMax = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryStartAfter = TimeSpan.FromSeconds(1);

    private readonly EngineProgram _program;
    private readonly QueryOptions _options;
    private readonly EngineSetup _setup;
    private readonly IScratchSpace _scratch;
    private readonly ILogger<WorkerPool> _logger;
    private readonly WorkerShape _shape;
    private readonly WorkerMemory _memory;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<Slot> _slots = [];
    private Task _clearing = Task.CompletedTask;
    private bool _hasToldMissing;

    public WorkerPool(
        QueryOptions options,
        EngineProgram program,
        IObjectStore store,
        StorageOptions storage,
        IScratchSpace scratch,
        ILogger<WorkerPool> logger,
        SystemRows system,
        ISqlVectors? vectors = null)
    {
        (_program, _options, _scratch, _logger) = (program, options, scratch, logger);
        _setup = EngineSetup.Of(options, store, storage, vectors is not null, system.Shapes);
        _shape = new WorkerShape(1 + options.MaxRunning + options.MaxPaused, BlocksPerLane, options.AnswerBufferBytes / BlocksPerLane, options.MaxMessageBytes);
        _memory = new WorkerMemory(options.MemoryLimitBytes);
    }

    /// <summary>Returns the process at work, once it takes statements.</summary>
    /// <param name="takesSecond">
    /// True to take the process in reserve instead, if there is one: for a statement that found the memory of the first used up by others.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="LakehouseException"><c>engine_unavailable</c> (<see cref="ErrorKind.Busy"/>).</exception>
    public async Task<EngineWorker> TakeAsync(bool takesSecond, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Volatile.Read(ref _clearing).WaitAsync(cancellationToken);
            Slot slot;
            lock (_gate)
            {
                Fill();
                slot = _slots[takesSecond && _slots.Count > 1 ? 1 : 0];
            }

            try
            {
                var worker = await slot.Worker.WaitAsync(cancellationToken);
                if (!worker.IsDraining && !worker.Dead.IsCancellationRequested)
                {
                    return worker;
                }
            }
            catch (Exception error) when (IsStartError(error))
            {
                throw EngineErrors.Unavailable(error);
            }
            catch (WorkerGoneException)
            {
                // It was killed from outside while it started.
            }

            Replace(slot);
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // Only when the server listens, so that its start does not wait for the engine.
        lock (_gate)
        {
            Fill();
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stopping.Cancel();
        lock (_gate)
        {
            _slots.Clear();
        }
    }

    private static bool IsStartError(Exception error) => error is WorkerGoneException { WasKilled: false } or Win32Exception or LakehouseException;

    /// <summary>Starts the processes that are missing.</summary>
    private void Fill()
    {
        while (_slots.Count < 1 + _options.ReserveEngines && !_stopping.IsCancellationRequested)
        {
            var slot = new Slot();
            var before = _slots.LastOrDefault();
            _slots.Add(slot);
            _ = Task.Run(() => RunAsync(slot, before));
        }

        ObjectDisposedException.ThrowIf(_slots.Count == 0, this);
    }

    /// <summary>Starts a process, watches it until it ends, and replaces it.</summary>
    private async Task RunAsync(Slot slot, Slot? before)
    {
        // Processes start one after the other, because the first is needed soonest.
        await (before?.Worker ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            patience.CancelAfter(_options.EngineStartTimeout);
            using var worker = await EngineWorker.StartAsync(
                _program, _shape, _setup, _memory.KernelMaxBytes, _options.EngineSilence, _scratch, patience.Token);
            TellMissing(worker);
            LogReady(worker.Id, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            slot.Ready(worker);
            _ = worker.KeepAskingAsync(); // until the process ends, at the latest when it is disposed of here
            await WatchAsync(slot, worker);
        }
        catch (Exception error) when (IsStartError(error))
        {
            // A stop of the server ends processes that are starting.
            if (!_stopping.IsCancellationRequested)
            {
                LogNotStarted(error);
            }

            slot.Failed(error);

            // Waits before the next attempt.
            await Task.Delay(RetryStartAfter, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (WorkerGoneException error)
        {
            slot.Failed(error);
        }

        Replace(slot);
    }

    /// <summary>Removes a process, so that the next one moves up, and starts another.</summary>
    private void Replace(Slot slot)
    {
        lock (_gate)
        {
            if (_slots.Remove(slot) && !_stopping.IsCancellationRequested)
            {
                Fill();
            }
        }
    }

    /// <summary>
    /// Watches a process until it ends. While it has statements, checks its memory, which the kernel does not limit everywhere, and whether it must be
    /// replaced.
    /// </summary>
    private async Task WatchAsync(Slot slot, EngineWorker worker)
    {
        while (!worker.Death.IsCompleted && !_stopping.IsCancellationRequested)
        {
            if (!_memory.Allows(worker, worker.MemoryBytes, IsAtWork(slot)))
            {
                Clear(worker);
                worker.Kill(WorkerDeath.OutOfMemory);
                break;
            }

            if (worker.IsDraining)
            {
                Replace(slot);
                if (!worker.IsBusy)
                {
                    worker.Kill(WorkerDeath.Ended);
                }
            }

            await Task.WhenAny(worker.Death, worker.IsBusy ? Task.Delay(_options.EngineWatchEvery) : worker.EnteredAsync(_stopping.Token));
        }

        // What it used is being freed, so it is not counted against the process that takes over.
        _memory.Forget(worker);
        if (!_stopping.IsCancellationRequested)
        {
            var death = await worker.Death;
            await worker.Exited;
            if (death == WorkerDeath.Ended && worker.IsDraining && worker.Suspects.Count == 0)
            {
                LogReplaced(worker.Id);
            }
            else
            {
                LogEnded(worker.Id, death, worker.ExitReason, Describe(worker.Suspects), string.Join(" | ", worker.Errors.Take(5)));
            }
        }
    }

    /// <summary>Gives the next process no statements while the memory of this one is being freed, so that the two do not use it twice.</summary>
    private void Clear(EngineWorker worker) => Volatile.Write(ref _clearing, Task.WhenAny(worker.Exited, Task.Delay(ClearMax)));

    private bool IsAtWork(Slot slot)
    {
        lock (_gate)
        {
            return _slots.Count > 0 && _slots[0] == slot;
        }
    }

    private void TellMissing(EngineWorker worker)
    {
        if (worker.Missing.Count > 0 && !_hasToldMissing)
        {
            _hasToldMissing = true;
            LogMissing(string.Join("; ", worker.Missing));
        }
    }

    /// <summary>Describes the statements of a process for the log: the first few, those with the most hits first, each shortened.</summary>
    private static string Describe(IReadOnlyList<(StatementCase Case, int Hits)> suspects)
    {
        const int textsMax = 3;
        const int lengthMax = 200;
        var texts = suspects.OrderByDescending(s => s.Hits)
            .Take(textsMax)
            .Select(s => s.Case.Sql.ReplaceLineEndings(" "))
            .Select(t => t.Length > lengthMax ? t[..lengthMax] + "..." : t);
        return suspects.Count switch
        {
            0 => "no statement",
            1 => texts.First(),
            _ => $"{suspects.Count} statements, such as: {string.Join(" ; ", texts)}",
        };
    }

    [LoggerMessage(
        EventId = 4003,
        Level = LogLevel.Warning,
        Message = "The engine process {Process} has ended ({Death}, {Reason}) and another takes over. It had {Statements}. {Errors}")]
    private partial void LogEnded(int process, WorkerDeath death, string reason, string statements, string errors);

    [LoggerMessage(
        EventId = 4007,
        Level = LogLevel.Information,
        Message = "The engine process {Process} was slow to stop a statement and has been replaced; it ran no other statement")]
    private partial void LogReplaced(int process);

    [LoggerMessage(EventId = 4006, Level = LogLevel.Information, Message = "The engine process {Process} was ready after {ElapsedMs} ms")]
    private partial void LogReady(int process, long elapsedMs);

    [LoggerMessage(EventId = 4004, Level = LogLevel.Error, Message = "The engine process cannot be started")]
    private partial void LogNotStarted(Exception error);

    [LoggerMessage(EventId = 4005, Level = LogLevel.Warning, Message = "The kernel does not confine the engine process fully: {Missing}")]
    private partial void LogMissing(string missing);

    /// <summary>A process that is at work, in reserve, or starting.</summary>
    private sealed class Slot
    {
        private readonly TaskCompletionSource<EngineWorker> _worker = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<EngineWorker> Worker => _worker.Task;

        public void Ready(EngineWorker worker) => _worker.SetResult(worker);

        public void Failed(Exception error)
        {
            _worker.SetException(error);
            _ = _worker.Task.Exception; // observes the error, because perhaps nobody awaits the task
        }
    }
}
