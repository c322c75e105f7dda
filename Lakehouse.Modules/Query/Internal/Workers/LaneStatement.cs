using System.Buffers;
using System.Diagnostics;
using Lakehouse.Core.Errors;
using Lakehouse.Isolation;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Protocol;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.Workers;

/// <summary>
/// A statement on a lane of an engine process. Its lane, data files and lease are released when the process no longer works on it: at once if the answer has
/// ended; otherwise when the process has stopped the statement, or was killed because it did not within the grace period. That happens in the background.
/// </summary>
internal sealed class LaneStatement(
    EngineWorker worker,
    StatementCase history,
    DatasetResolver datasets,
    FunctionCalls calls,
    QueryOptions options,
    TimeBudget budget,
    IDisposable lease,
    Action addStrike) : IRunningStatement
{
    // Most statements stop at the first interrupt, some only after they have finished planning or reading. One that takes this part of the grace period will
    // probably not stop.
    private const int PartsOfGrace = 4;

    /// <summary>How long a small statement takes, and no longer than what it costs to wait for it in another way.</summary>
    private static readonly TimeSpan SoonMax = TimeSpan.FromMicroseconds(100);

    /// <summary>A statement that runs out of memory sooner than this has not used up the memory itself.</summary>
    private static readonly TimeSpan TakenSoon = TimeSpan.FromMilliseconds(250);

    private readonly List<ILocalFile> _held = [];
    private readonly FrameWriter _frames = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private ServerLane _lane = null!;
    private int _index;
    private long _number;
    private IReadOnlyList<Catalog.Manifest> _named = [];
    private StatementRequest _request = null!;
    private (int Block, int Length)? _data;
    private byte _unanswered;
    private bool _wasShared;
    private bool _hasLooked;
    private bool _isEnded;
    private bool _isReleased;

    public StatementHead Head { get; private set; } = StatementHead.None;

    public long RowCount { get; private set; }

    /// <summary>The engine's estimate of the work done, from 0 to 1; null where it has none.</summary>
    public double? GetProgress() => worker.GetProgress(_number);

    /// <summary>Takes a lane. Returns false when the process takes no more statements.</summary>
    public bool TryEnter()
    {
        if (worker.TryEnter(history) is not { } entered)
        {
            return false;
        }

        (_lane, _index, _number) = entered;
        _wasShared = worker.IsShared;
        return true;
    }

    /// <summary>
    /// Runs the statement up to the first bytes of its answer. When this throws, the statement has ended or is being stopped; it need not be disposed of.
    /// </summary>
    /// <exception cref="WorkerGoneException">The process has ended. The lane is released and the lease is kept: the statement can run again.</exception>
    /// <exception cref="MemoryTakenException">
    /// The engine ran out of memory while it ran other statements too. The lane is released and the lease is kept.
    /// </exception>
    public async Task StartAsync(StatementRequest request, CancellationToken cancellationToken)
    {
        try
        {
            _request = request;
            // The process does not know of the statement yet, so that there is nothing to stop.
            _isEnded = true;
            var expected = await ExpectAsync(request, cancellationToken);
            _isEnded = false;
            StatementFrames.Write(_frames, _number, request, expected);
            await SendAsync(_frames);
            await ReadOnAsync(cancellationToken);
        }
        catch (WorkerGoneException)
        {
            await worker.EndedAsync();
            Release(keepsLease: true);
            throw;
        }
        catch (LakehouseException error) when (
            _isEnded && error.Code == EngineErrors.OutOfMemoryCode && _wasShared && Stopwatch.GetElapsedTime(history.EnteredAt) < TakenSoon)
        {
            Release(keepsLease: true);
            throw new MemoryTakenException(error);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask<bool> CopyNextAsync(IBufferWriter<byte> output, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (_data is { } data)
                {
                    output.Write(_lane.Block(data.Block, data.Length).Span);
                    _data = null;
                    if (!_lane.HasFrame)
                    {
                        // More follows: the process can refill the block while this is sent.
                        await SendAsync(_frames.Begin(FrameKind.Taken).End());
                        return true;
                    }

                    _unanswered = FrameKind.Taken;
                }

                if (_isEnded)
                {
                    return false;
                }

                await ReadOnAsync(cancellationToken);
            }
        }
        catch (WorkerGoneException)
        {
            await worker.EndedAsync();
            Release(keepsLease: false);
            throw EngineErrors.Interrupted();
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_isEnded)
        {
            Release(keepsLease: false);
        }
        else if (!_isReleased)
        {
            _ = StopAsync();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Reads frames until bytes of the answer or its end arrive, and answers the questions of the process in between.</summary>
    private async ValueTask ReadOnAsync(CancellationToken cancellationToken)
    {
        while (_data is null && !_isEnded)
        {
            var frame = await ReceiveAsync(cancellationToken);
            if (_unanswered == FrameKind.Taken && frame.Kind is not (FrameKind.End or FrameKind.Failed))
            {
                _frames.Begin(FrameKind.Taken).End();
                await SendAsync(_frames);
            }

            _unanswered = frame.Kind == FrameKind.Needs ? frame.Kind : (byte)0;
            switch (frame.Kind)
            {
                case FrameKind.Needs:
                    await ResolveAsync(ReadNeeds(frame), cancellationToken);
                    break;
                case FrameKind.Call:
                    _ = AnswerAsync(frame); // more calls can arrive before it is answered: the engine has several threads
                    break;
                case FrameKind.Head:
                    Head = ReadHead(frame);
                    DatasetResolver.RequireKnown(_request.Pins, Head.Datasets);
                    await WorkAsync(async stop => await HoldAsync(stop), cancellationToken);
                    break;
                case FrameKind.Data:
                    _data = ReadData(frame);
                    break;
                case FrameKind.End:
                    RowCount = ReadRowCount(frame);
                    _isEnded = true;
                    break;
                case FrameKind.Failed:
                    _isEnded = true;
                    throw ReadError(frame);
                default:
                    throw new WorkerGoneException($"a frame of kind {frame.Kind} is not expected here");
            }
        }
    }

    private ValueTask<Frame> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (_lane.TryReceive(out var frame))
        {
            return ValueTask.FromResult(frame);
        }

        // Once a statement, and only while the machine has nothing else to do.
        var isFirst = !_hasLooked;
        _hasLooked = true;
        return isFirst && Environment.ProcessorCount > 1 && !worker.IsShared && _lane.TryReceiveSoon(SoonMax, out frame)
            ? ValueTask.FromResult(frame)
            : WorkAsync(_lane.ReceiveAsync, cancellationToken);
    }

    private async ValueTask<T> WorkAsync<T>(Func<CancellationToken, ValueTask<T>> step, CancellationToken cancellationToken)
    {
        try
        {
            return await budget.RunAsync(step, cancellationToken, worker.Dead);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new WorkerGoneException("the engine process was ended");
        }
    }

    private async ValueTask<bool> HoldAsync(CancellationToken cancellationToken)
    {
        await datasets.HoldNewerAsync(_named, _held, cancellationToken);
        return true;
    }

    private async ValueTask ResolveAsync(DatasetNeeds needs, CancellationToken cancellationToken)
    {
        try
        {
            var (changes, named) = await WorkAsync(async stop => await datasets.ResolveAsync(needs, _request, _held, stop), cancellationToken);
            _named = named;
            StatementFrames.Write(_frames, changes);
        }
        catch (LakehouseException error) when (error.Code != EngineErrors.TimeoutCode)
        {
            _frames.Begin(FrameKind.NoDatasets).Error(error).End();
        }

        await SendAsync(_frames);
        _unanswered = 0;
    }

    private async ValueTask<DatasetChanges?> ExpectAsync(StatementRequest request, CancellationToken cancellationToken)
    {
        if (request.Expected is not { Count: > 0 } expected || request.Pins.Count > 0)
        {
            return null;
        }

        try
        {
            var found = await WorkAsync(async stop => await datasets.ExpectAsync(expected, request.Caller, _held, stop), cancellationToken);
            _named = found?.Named ?? [];
            return found?.Changes;
        }
        catch (LakehouseException error) when (error.Code != EngineErrors.TimeoutCode)
        {
            return null; // the process will ask, and the answer will be the error
        }
    }

    private Task AnswerAsync(Frame call) => calls.AnswerAsync(_request.Caller, call, _lane.FrameBytesMax, SendAsync, _stopping.Token, worker.Dead);

    /// <summary>
    /// Sends one frame at a time, because calls are answered concurrently. A frame is always sent whole, even when the client has gone: half a frame would make
    /// the lane unusable.
    /// </summary>
    private async ValueTask SendAsync(FrameWriter frames)
    {
        try
        {
            await _sending.WaitAsync(worker.Dead);
            try
            {
                await _lane.SendAsync(frames, worker.Dead);
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (OperationCanceledException exception)
        {
            throw new WorkerGoneException("the engine process was ended", exception);
        }
    }

    /// <summary>
    /// Tells the process to stop the statement, and waits until it has. If that takes long, the process takes no more statements, because they would end with
    /// it; if the statement does not stop within the grace period, the process is killed.
    /// </summary>
    private async Task StopAsync()
    {
        try
        {
            await _stopping.CancelAsync();
            await worker.CancelAsync(_index, _number);
            _frames.Clear();
            var soon = options.InterruptGrace / PartsOfGrace;
            if (!await HasStoppedAsync(soon))
            {
                worker.Drain();
                if (!await HasStoppedAsync(options.InterruptGrace - soon))
                {
                    worker.Kill(WorkerDeath.Stuck);
                    addStrike();
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or WorkerGoneException)
        {
            // The statement has ended with its process.
        }

        Release(keepsLease: false);
    }

    private async Task<bool> HasStoppedAsync(TimeSpan patience)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(worker.Dead);
        late.CancelAfter(patience > TimeSpan.Zero ? patience : TimeSpan.Zero);
        try
        {
            await RefuseAsync(_unanswered);
            _unanswered = 0;
            while (true)
            {
                var frame = await _lane.ReceiveAsync(late.Token);
                if (frame.Kind is FrameKind.End or FrameKind.Failed)
                {
                    return true;
                }

                if (frame.Kind == FrameKind.Call)
                {
                    _ = AnswerAsync(frame);
                    continue;
                }

                await RefuseAsync(frame.Kind == FrameKind.Data ? FrameKind.Taken : frame.Kind);
            }
        }
        catch (OperationCanceledException) when (!worker.Dead.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Answers a frame of a statement that is being stopped, so that it can end.</summary>
    private async ValueTask RefuseAsync(byte kind)
    {
        switch (kind)
        {
            case FrameKind.Needs:
                _frames.Begin(FrameKind.NoDatasets).Error(StatementErrors.Stopped()).End();
                break;
            case FrameKind.Taken:
                _frames.Begin(FrameKind.Taken).End();
                break;
        }

        await SendAsync(_frames);
    }

    private void Release(bool keepsLease)
    {
        if (_isReleased)
        {
            return;
        }

        _isReleased = true;
        worker.Leave(history, _index);
        _held.ForEach(file => file.Dispose());
        if (!keepsLease)
        {
            lease.Dispose();
        }
    }

    private static DatasetNeeds ReadNeeds(Frame frame)
    {
        var reader = new FrameReader(frame.Payload.Span);
        return StatementFrames.ReadNeeds(ref reader);
    }

    private static StatementHead ReadHead(Frame frame)
    {
        var reader = new FrameReader(frame.Payload.Span);
        return StatementFrames.ReadHead(ref reader);
    }

    private static long ReadRowCount(Frame frame)
    {
        var reader = new FrameReader(frame.Payload.Span);
        return reader.Long();
    }

    private (int Block, int Length) ReadData(Frame frame)
    {
        var reader = new FrameReader(frame.Payload.Span);
        var data = (reader.Int(), reader.Int());
        RowCount = reader.Long();
        return data;
    }

    private static LakehouseException ReadError(Frame frame)
    {
        var reader = new FrameReader(frame.Payload.Span);
        return ErrorFrame.Read(ref reader);
    }
}
