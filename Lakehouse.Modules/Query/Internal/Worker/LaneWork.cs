using Lakehouse.Core.Errors;
using Lakehouse.Isolation;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Query.Internal.Protocol;

namespace Lakehouse.Query.Internal.Worker;

/// <summary>The thread of a lane: runs one statement after the other, each from its text to the last byte of its answer.</summary>
internal sealed class LaneWork(WorkerLane lane, EngineInstance engine, SqlGate gate, StatementErrors errors, LaneCalls vectors)
{
    private const int HandOverBytes = 160 * 1024;

    private readonly Lock _current = new();
    private readonly FrameWriter _frames = new();
    private long _number;
    private long _cancelled;
    private StatementRun? _run;

    /// <summary>Runs until the server ends.</summary>
    public void Run()
    {
        try
        {
            RunAll(new BlockWriter(lane, _frames));
        }
        catch (WorkerGoneException)
        {
            // The control lane sees it too, and ends the process.
        }
    }

    private void RunAll(BlockWriter output)
    {
        while (true)
        {
            var frame = lane.Receive(FrameKind.Start);
            var reader = new FrameReader(frame.Payload.Span);
            var request = StatementFrames.ReadRequest(ref reader, out var number, out var expected);
            lock (_current)
            {
                _number = number;
            }

            output.Reset();
            try
            {
                var rows = Execute(request, expected, output);
                output.HandOver();
                _frames.Begin(FrameKind.End).Long(rows).End();
            }
            catch (LakehouseException error)
            {
                // Bytes that were written and not handed over are dropped.
                _frames.Begin(FrameKind.Failed).Error(error).End();
            }
            catch (Exception exception) when (exception is not WorkerGoneException)
            {
                _frames.Begin(FrameKind.Failed).Error(EngineErrors.Failed(exception)).End();
            }

            lock (_current)
            {
                _number = 0;
            }

            output.Send();
        }
    }

    /// <summary>The number of the statement that runs and the engine's estimate of its progress; null where none runs or there is no estimate.</summary>
    public (long Number, double Progress)? GetProgress()
    {
        lock (_current)
        {
            return _run?.Progress is { } progress ? (_number, progress) : null;
        }
    }

    /// <summary>Tells a statement to stop. Must be called again until it returns false.</summary>
    public bool Cancel(long number)
    {
        lock (_current)
        {
            _cancelled = Math.Max(_cancelled, number);
            if (_number != number)
            {
                return false; // it has ended, or has not begun and will see that it is cancelled
            }

            _run?.Interrupt();
            return true;
        }
    }

    private long Execute(StatementRequest request, DatasetChanges? expected, BlockWriter output)
    {
        var statement = gate.Judge(request.Sql, request.MaxSqlBytes);
        using var run = new StatementRun(engine, gate, request, statement, errors);
        using var calls = vectors.Bind(lane, run.Stopping);
        Publish(run);
        try
        {
            var isStarted = expected is not null && run.HasNeeds && run.TryStart(expected, isExpected: true);
            while (!isStarted)
            {
                isStarted = run.TryStart(run.HasNeeds ? Ask(run.Needs) : null);
            }

            StatementFrames.Write(_frames, run.Head);
            WriteRows(run, output);
            while (run.MoveNext())
            {
                // Not after each chunk, so that an answer of few rows is sent together with its end, in one call.
                if (output.FilledBytes >= HandOverBytes || output.IsDue)
                {
                    output.HandOver();
                    output.Send();
                }

                WriteRows(run, output);
            }

            run.WriteEnd(output);
            return run.RowCount;
        }
        finally
        {
            Publish(null);
        }
    }

    private static void WriteRows(StatementRun run, BlockWriter output)
    {
        run.Write(output);
        output.RowCount = run.RowCount;
    }

    private DatasetChanges Ask(DatasetNeeds needs)
    {
        StatementFrames.Write(_frames, needs);
        lane.Send(_frames);
        var frame = lane.Receive(FrameKind.Datasets, FrameKind.NoDatasets);
        var reader = new FrameReader(frame.Payload.Span);
        return frame.Kind == FrameKind.Datasets ? StatementFrames.ReadChanges(ref reader) : throw ErrorFrame.Read(ref reader);
    }

    /// <summary>Makes a run reachable for <see cref="Cancel"/>; one that was cancelled before is stopped now.</summary>
    private void Publish(StatementRun? run)
    {
        lock (_current)
        {
            _run = run;
            if (run is not null && _cancelled >= _number)
            {
                run.Interrupt();
            }
        }
    }
}
