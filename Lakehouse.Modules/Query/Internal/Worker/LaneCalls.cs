using Lakehouse.Isolation;
using Lakehouse.Query.Internal.Protocol;
using Lakehouse.Query.Internal.SystemTables;

namespace Lakehouse.Query.Internal.Worker;

/// <summary>
/// Sends the calls of the functions that the server answers to it, over the lane of the statement that makes them. Each call blocks the engine's thread that
/// makes it.
/// </summary>
internal sealed class LaneCalls : ISqlVectors, ISystemRows
{
    /// <summary>The lanes of the running statements, by the cancellation token of their calls.</summary>
    private readonly System.Collections.Concurrent.ConcurrentDictionary<CancellationToken, WorkerLane> _lanes = new();
    private int _number;

    /// <summary>Binds the calls of a statement, which are known by its token, to its lane.</summary>
    public IDisposable Bind(WorkerLane lane, CancellationToken statement)
    {
        _lanes[statement] = lane;
        return new Binding(() => _lanes.TryRemove(statement, out _));
    }

    public Task<IReadOnlyList<ReadOnlyMemory<float>>> EmbedAsync(IReadOnlyList<string> texts, string? model, CancellationToken cancellationToken)
    {
        var answer = Ask((frames, number) => CallFrames.WriteEmbed(frames, number, texts, model), cancellationToken);
        var reader = new FrameReader(answer.Span);
        return Task.FromResult<IReadOnlyList<ReadOnlyMemory<float>>>(CallFrames.ReadVectors(ref reader));
    }

    public Task<IReadOnlyList<IReadOnlyList<SqlVectorHit>>> SearchAsync(
        string index, IReadOnlyList<SqlVectorQuery> queries, CancellationToken cancellationToken)
    {
        var answer = Ask((frames, number) => CallFrames.WriteSearch(frames, number, index, queries), cancellationToken);
        var reader = new FrameReader(answer.Span);
        return Task.FromResult<IReadOnlyList<IReadOnlyList<SqlVectorHit>>>(CallFrames.ReadHits(ref reader));
    }

    public Task<ReadOnlyMemory<byte>> ReadAsync(string statement, string table, CancellationToken cancellationToken)
    {
        var answer = Ask((frames, number) => CallFrames.WriteRows(frames, number, statement, table), cancellationToken);
        var reader = new FrameReader(answer.Span);
        return Task.FromResult<ReadOnlyMemory<byte>>(reader.Bytes().ToArray());
    }

    public Task<IReadOnlyList<string>> FindFilesAsync(string statement, string dataset, CancellationToken cancellationToken)
    {
        var answer = Ask((frames, number) => CallFrames.WriteFiles(frames, number, statement, dataset), cancellationToken);
        var reader = new FrameReader(answer.Span);
        return Task.FromResult(CallFrames.ReadTexts(ref reader));
    }

    private ReadOnlyMemory<byte> Ask(Action<FrameWriter, int> write, CancellationToken statement)
    {
        var lane = _lanes[statement];
        var number = Interlocked.Increment(ref _number);
        var frames = new FrameWriter();
        write(frames, number);
        if (frames.Written.Length > lane.FrameBytesMax)
        {
            throw EngineErrors.CallTooLarge("call", frames.Written.Length, lane.FrameBytesMax);
        }

        lane.Send(frames);
        var payload = lane.ReceiveAnswer(FrameKind.Answer, number).Payload[sizeof(int)..];
        var reader = new FrameReader(payload.Span);
        return reader.Flag() ? payload[1..] : throw ErrorFrame.Read(ref reader);
    }

    private sealed class Binding(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
