using Lakehouse.DuckDb;
using Lakehouse.Isolation;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Query.Internal.Protocol;

namespace Lakehouse.Query.Internal.Worker;

/// <summary>
/// The engine process. It gives up its rights, opens the engine, and runs statements on its lanes until the server ends. It uses no thread of the runtime's
/// pool. All threads that handle SQL or data are started, by the engine or here, from the thread that has given up its files, and inherit that restriction.
/// </summary>
internal static class EngineMain
{
    private static readonly TimeSpan InterruptEvery = TimeSpan.FromMilliseconds(20);

    public static void Run(IReadOnlyList<string> arguments)
    {
        var endpoint = WorkerEndpoint.Open(arguments);
        var confinement = new Confinement();
        confinement.Begin(endpoint.ServerProcess);
        var control = endpoint.Lanes[0];
        try
        {
            var frame = control.Receive(FrameKind.Setup);
            var reader = new FrameReader(frame.Payload.Span);
            var spill = reader.Text();
            var setup = EngineSetup.Read(ref reader);
            var lanes = Open(setup, spill, endpoint, () => confinement.RestrictFiles([setup.DataFolder], [spill]));
            confinement.Complete();
            WorkerEndpoint.GiveWay();
            lanes.ForEach(work => DuckDbThread.Start("statement", work.Run));
            control.Send(Ready(confinement.Missing));
            Obey(control, lanes);
        }
        catch (WorkerGoneException)
        {
            WorkerEndpoint.ExitNow(0); // the server has ended
        }
    }

    private static List<LaneWork> Open(EngineSetup setup, string spill, WorkerEndpoint endpoint, Action confine)
    {
        var vectors = new LaneCalls();
        var gate = new SqlGate(new SqlParser(), setup.Bounds, setup.SystemTables);
        gate.Judge("SELECT 1", int.MaxValue); // opens the parser while files can still be read
        var engine = EngineInstance.Open(setup, spill, setup.HasVectors ? vectors : null, vectors, confine, endpoint.Lanes.Count - 1);
        var errors = new StatementErrors(setup);
        WarmUp(engine, gate, errors);
        return [.. endpoint.Lanes.Skip(1).Select(lane => new LaneWork(lane, engine, gate, errors, vectors))];
    }

    /// <summary>Runs a few statements, so that the code they use is compiled and loaded before the first statement of a client.</summary>
    private static void WarmUp(EngineInstance engine, SqlGate gate, StatementErrors errors)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        const string Rows = "SELECT i, i::VARCHAR AS t, i / 3 AS d, [i] AS l FROM range(3) r(i) WHERE i > 0 GROUP BY ALL ORDER BY i LIMIT 2";
        foreach (var sql in (string[])["SELECT 42", Rows])
        {
            foreach (var format in (AnswerFormat?[])[AnswerFormat.Json, null])
            {
                var request = new StatementRequest(sql, int.MaxValue, default, format);
                using var run = new StatementRun(engine, gate, request, gate.Judge(sql, int.MaxValue), errors);
                run.TryStart(null);
                do
                {
                    run.Write(output);
                }
                while (run.MoveNext());

                run.WriteEnd(output);
            }
        }
    }

    private static FrameWriter Ready(IReadOnlyList<string> missing)
    {
        var frame = new FrameWriter().Begin(FrameKind.Ready).Int(missing.Count);
        foreach (var text in missing)
        {
            frame.Text(text);
        }

        return frame.End();
    }

    /// <summary>Answers pings and takes cancellations; a cancellation is repeated until its statement has stopped.</summary>
    private static void Obey(WorkerLane control, List<LaneWork> lanes)
    {
        var running = new List<(LaneWork Lane, long Number)>();
        new Thread(() => Interrupt(running)) { IsBackground = true, Name = "interrupt" }.Start();
        var pong = new FrameWriter();
        while (true)
        {
            var frame = control.Receive(FrameKind.Cancel, FrameKind.Ping);
            if (frame.Kind == FrameKind.Ping)
            {
                WritePong(pong, lanes);
                control.Send(pong);
                continue;
            }

            var reader = new FrameReader(frame.Payload.Span);
            var (lane, number) = (reader.Int(), reader.Long());
            lock (running)
            {
                running.Add((lanes[lane - 1], number));
                Monitor.Pulse(running);
            }
        }
    }

    private static void WritePong(FrameWriter frame, List<LaneWork> lanes)
    {
        var running = lanes.Select(lane => lane.GetProgress()).OfType<(long Number, double Progress)>().ToList();
        frame.Begin(FrameKind.Pong).Int(running.Count);
        foreach (var (number, progress) in running)
        {
            frame.Long(number).Long((long)(progress * StatementFrames.ProgressUnits));
        }

        frame.End();
    }

    private static void Interrupt(List<(LaneWork Lane, long Number)> running)
    {
        while (true)
        {
            lock (running)
            {
                while (running.Count == 0)
                {
                    Monitor.Wait(running);
                }

                running.RemoveAll(c => !c.Lane.Cancel(c.Number));
            }

            Thread.Sleep(InterruptEvery);
        }
    }
}
