using System.Diagnostics;
using Lakehouse.Isolation;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Protocol;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.Workers;

/// <summary>
/// An engine process, as the server sees it: its lanes, the statements on them, and how it ended. The lanes and the shared memory are freed when the process
/// has ended and the last statement has left. Thread-safe.
/// </summary>
internal sealed class EngineWorker : IDisposable
{
    private const int SignalExitCode = 128;
    private const int KilledExitCode = SignalExitCode + 9;

    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastWordsPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);

    private readonly WorkerProcess _process;
    private readonly IScratchFolder _spill;
    private readonly TimeSpan _silenceMax;
    private readonly FrameWriter _control = new();
    private readonly SemaphoreSlim _controlling = new(1);
    private readonly CancellationTokenSource _dead = new();
    private readonly TaskCompletionSource<WorkerDeath> _death = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _entered = new(0);
    private readonly Lock _gate = new();
    private readonly Stack<int> _free;
    private readonly HashSet<StatementCase> _active = [];
    private volatile IReadOnlyDictionary<long, double> _progress = new Dictionary<long, double>();
    private long _number;
    private bool _isStarting = true;
    private bool _isFreed;

    private EngineWorker(WorkerProcess process, IScratchFolder spill, TimeSpan silenceMax)
    {
        (_process, _spill, _silenceMax, Dead) = (process, spill, silenceMax, _dead.Token);
        _free = new Stack<int>(Enumerable.Range(1, process.Lanes.Count - 1).Reverse());
        _ = WatchAsync();
    }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>The steps of its confinement that failed, each with its reason.</summary>
    public IReadOnlyList<string> Missing { get; private set; } = [];

    /// <summary>Cancelled when the process ends, or just before it is killed.</summary>
    public CancellationToken Dead { get; }

    /// <summary>How it ended.</summary>
    public Task<WorkerDeath> Death => _death.Task;

    /// <summary>When it ended, by the clock of <see cref="Stopwatch"/>. Known once <see cref="Death"/> has completed.</summary>
    public long DiedAt { get; private set; }

    /// <summary>Completes when the process has exited and its memory is free, shortly after <see cref="Death"/>.</summary>
    public Task Exited => _process.Exited;

    /// <summary>The statements that ran when it ended, each with its hits before that. Known once <see cref="Death"/> has completed.</summary>
    public IReadOnlyList<(StatementCase Case, int Hits)> Suspects { get; private set; } = [];

    /// <summary>How it ended, as the system reports it, e.g. <c>signal 11</c> or <c>exit code 1</c>. Known once <see cref="Exited"/> has completed.</summary>
    public string ExitReason { get; private set; } = "not yet";

    /// <summary>The first lines of its error output.</summary>
    public IReadOnlyList<string> Errors => _process.Errors;

    /// <summary>True when it takes no more statements, because one of its statements does not stop.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>True while it runs more than one statement.</summary>
    public bool IsShared
    {
        get
        {
            lock (_gate)
            {
                return _active.Count > 1;
            }
        }
    }

    /// <summary>True while it runs statements.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_gate)
            {
                return _active.Count > 0;
            }
        }
    }

    /// <summary>The memory that the process uses now.</summary>
    public long MemoryBytes => _process.MemoryBytes();

    /// <summary>Starts a process. It takes statements when this returns.</summary>
    /// <param name="program">The program.</param>
    /// <param name="shape">What it shares with the server.</param>
    /// <param name="setup">The setup of its engine.</param>
    /// <param name="memoryMaxBytes">The memory limit that the kernel enforces, where it can.</param>
    /// <param name="silenceMax">
    /// How long it may leave a ping unanswered while it has statements. It answers within microseconds once it gets the processor, which can take a while on a
    /// busy machine.
    /// </param>
    /// <param name="scratch">Creates the folder for its spill files.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    public static async Task<EngineWorker> StartAsync(
        EngineProgram program, WorkerShape shape, EngineSetup setup, long memoryMaxBytes, TimeSpan silenceMax, IScratchSpace scratch,
        CancellationToken cancellationToken)
    {
        var spill = scratch.Create();
        WorkerProcess process;
        try
        {
            process = WorkerProcess.Start(new WorkerProgram(program.FileName, program.Arguments), shape);
        }
        catch
        {
            spill.Dispose();
            throw;
        }

        var worker = new EngineWorker(process, spill, silenceMax);
        try
        {
            process.TryLimitMemory(memoryMaxBytes);
            var frame = new FrameWriter().Begin(FrameKind.Setup).Text(spill.Path);
            setup.Write(frame);
            await process.Lanes[0].SendAsync(frame.End(), cancellationToken);
            worker.ReadReady(await process.Lanes[0].ReceiveAsync(cancellationToken));
            worker.EndStart();
            return worker;
        }
        catch (Exception error)
        {
            // A process that has closed its lane is about to exit, and its exit code is waited for. A process that hangs is killed.
            var isLate = error is not WorkerGoneException
                || await Task.WhenAny(process.Exited, Task.Delay(LastWordsPatience, CancellationToken.None)) != process.Exited;
            worker.Kill(WorkerDeath.Ended);
            var exit = await process.Exited;
            worker.EndStart();
            throw new WorkerGoneException(
                $"the engine process did not start (exit code {exit}): {string.Join(' ', worker.Errors)}",
                error)
            { WasKilled = !isLate && exit == KilledExitCode };
        }
    }

    /// <summary>Takes a lane for a statement. Returns null when the process takes no more statements.</summary>
    public (ServerLane Lane, int Index, long Number)? TryEnter(StatementCase statement)
    {
        lock (_gate)
        {
            if (IsDraining || _dead.IsCancellationRequested || _free.Count == 0)
            {
                return null;
            }

            var lane = _free.Pop();
            statement.Enter();
            _active.Add(statement);
            if (_active.Count == 1 && _entered.CurrentCount == 0)
            {
                _entered.Release();
            }

            return (_process.Lanes[lane], lane, ++_number);
        }
    }

    /// <summary>Completes when a statement has entered the process while it had none.</summary>
    public Task EnteredAsync(CancellationToken cancellationToken) => _entered.WaitAsync(cancellationToken);

    /// <summary>Returns a lane on which nothing is in transit, or whose process has ended.</summary>
    public void Leave(StatementCase statement, int lane)
    {
        lock (_gate)
        {
            _active.Remove(statement);
            _process.Lanes[lane].Trim();
            _free.Push(lane);
        }

        FreeIfUnused();
    }

    /// <summary>Makes the process take no more statements. It can end when the last one has left.</summary>
    public void Drain()
    {
        lock (_gate)
        {
            IsDraining = true;
        }
    }

    /// <summary>The progress of a statement as of the last ping, from 0 to 1; null where it is not known.</summary>
    public double? GetProgress(long number) => _progress.TryGetValue(number, out var progress) ? progress : null;

    /// <summary>Asks the process to stop a statement.</summary>
    public Task CancelAsync(int lane, long number) => ControlAsync(frame => frame.Begin(FrameKind.Cancel).Int(lane).Long(number).End());

    /// <summary>
    /// Pings the process regularly while it has statements, until it ends. After a stack overflow a process can hang forever instead of ending; it is killed
    /// and counts as crashed.
    /// </summary>
    public async Task KeepAskingAsync()
    {
        while (!Dead.IsCancellationRequested)
        {
            if (IsBusy && !await IsThereAsync())
            {
                // A process that was stopped from outside (SIGSTOP) does not answer either, and its statements are not to blame.
                Kill(_process.IsStopped ? WorkerDeath.Ended : WorkerDeath.Crashed);
            }

            await Task.Delay(AskEvery, Dead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsThereAsync()
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Dead);
        late.CancelAfter(_silenceMax);
        try
        {
            await ControlAsync(frame => frame.Begin(FrameKind.Ping).End());
            var frame = await _process.Lanes[0].ReceiveAsync(late.Token);
            return frame.Kind == FrameKind.Pong && ReadProgress(frame);
        }
        catch (Exception error) when (error is OperationCanceledException or WorkerGoneException)
        {
            // The end of the process itself is handled by WatchAsync.
            return error is WorkerGoneException || Dead.IsCancellationRequested;
        }
    }

    private bool ReadProgress(Frame pong)
    {
        var reader = new FrameReader(pong.Payload.Span);
        var progress = new Dictionary<long, double>();
        for (var left = reader.Count(); left > 0; left--)
        {
            progress[reader.Long()] = reader.Long() / (double)StatementFrames.ProgressUnits;
        }

        _progress = progress;
        return true;
    }

    private async Task ControlAsync(Action<FrameWriter> write)
    {
        await _controlling.WaitAsync();
        try
        {
            write(_control);
            await _process.Lanes[0].SendAsync(_control, CancellationToken.None);
        }
        catch (WorkerGoneException)
        {
            // The process has ended, and its statements with it.
        }
        finally
        {
            _controlling.Release();
        }
    }

    /// <summary>Ends the process.</summary>
    public void Kill(WorkerDeath why)
    {
        if (Die(why))
        {
            _process.Kill();
        }
    }

    /// <summary>Waits for the end of a process that has closed a lane or sent an invalid frame, and kills it if it does not end.</summary>
    public async Task EndedAsync()
    {
        await Task.WhenAny(Death, Task.Delay(EndPatience));
        Kill(WorkerDeath.Crashed);
    }

    /// <summary>Ends the process.</summary>
    public void Dispose()
    {
        Kill(WorkerDeath.Ended);
        _dead.Dispose(); // the token keeps its state
    }

    private async Task WatchAsync()
    {
        var exit = await _process.Exited;
        ExitReason = exit > SignalExitCode ? $"signal {exit - SignalExitCode}" : $"exit code {exit}";

        // A SIGKILL that the server did not send came from a person, or from the kernel because the machine is short of memory.
        Die(_process.IsOutOfMemory ? WorkerDeath.OutOfMemory : exit == KilledExitCode ? WorkerDeath.Ended : WorkerDeath.Crashed);
        FreeIfUnused();
    }

    private bool Die(WorkerDeath why)
    {
        lock (_gate)
        {
            if (_death.Task.IsCompleted)
            {
                return false;
            }

            DiedAt = Stopwatch.GetTimestamp();
            Suspects = [.. _active.Select(s => (s, s.Hits))];
            _death.SetResult(why);
        }

        // Outside the lock, because the callbacks of the token run here.
        _dead.Cancel();
        return true;
    }

    /// <summary>Marks the start as over, so that the resources of the process can be freed.</summary>
    private void EndStart()
    {
        lock (_gate)
        {
            _isStarting = false;
        }

        FreeIfUnused();
    }

    private void ReadReady(Frame frame)
    {
        if (frame.Kind != FrameKind.Ready)
        {
            throw new WorkerGoneException($"the engine process began with a frame of kind {frame.Kind}");
        }

        var reader = new FrameReader(frame.Payload.Span);
        var missing = new string[reader.Count()];
        for (var i = 0; i < missing.Length; i++)
        {
            missing[i] = reader.Text();
        }

        Missing = missing;
    }

    private void FreeIfUnused()
    {
        lock (_gate)
        {
            if (_isFreed || _isStarting || _active.Count > 0 || !_process.Exited.IsCompleted)
            {
                return;
            }

            _isFreed = true;
        }

        _process.Dispose();
        _spill.Dispose();
        _controlling.Dispose();
        _entered.Dispose();
    }
}
