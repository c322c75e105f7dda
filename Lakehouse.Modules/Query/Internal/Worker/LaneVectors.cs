using Lakehouse.Isolation;
using Lakehouse.Query.Internal.Protocol;

namespace Lakehouse.Query.Internal.Worker;

/// <summary>Has the server answer the vector functions, over the lane of the statement that calls them; each call blocks the engine's thread that makes it.</summary>
internal sealed class LaneVectors : ISqlVectors
{
    /// <summary>The lanes of the running statements, by the token that their calls carry.</summary>
    private readonly System.Collections.Concurrent.ConcurrentDictionary<CancellationToken, WorkerLane> _lanes = new();

    /// <summary>Binds a statement's calls, which carry its token, to its lane.</summary>
    public IDisposable Bind(WorkerLane lane, CancellationToken statement)
    {
        _lanes[statement] = lane;
        return new Binding(() => _lanes.TryRemove(statement, out _));
    }

    public Task<IReadOnlyList<ReadOnlyMemory<float>>> EmbedAsync(IReadOnlyList<string> texts, string? model, CancellationToken cancellationToken)
    {
        var answer = Ask(frames => CallFrames.WriteEmbed(frames, texts, model), cancellationToken);
        var reader = new FrameReader(answer.Span);
        return Task.FromResult<IReadOnlyList<ReadOnlyMemory<float>>>(CallFrames.ReadVectors(ref reader));
    }

    public Task<IReadOnlyList<IReadOnlyList<SqlVectorHit>>> SearchAsync(string index, IReadOnlyList<SqlVectorQuery> queries, CancellationToken cancellationToken)
    {
        var answer = Ask(frames => CallFrames.WriteSearch(frames, index, queries), cancellationToken);
        var reader = new FrameReader(answer.Span);
        return Task.FromResult<IReadOnlyList<IReadOnlyList<SqlVectorHit>>>(CallFrames.ReadHits(ref reader));
    }

    private ReadOnlyMemory<byte> Ask(Action<FrameWriter> write, CancellationToken statement)
    {
        var lane = _lanes[statement];
        var frames = new FrameWriter();
        write(frames);

        // One call of a lane at a time: its answers carry no number.
        Frame frame;
        lock (lane)
        {
            lane.Send(frames);
            frame = lane.Receive(FrameKind.Answer);
        }

        var reader = new FrameReader(frame.Payload.Span);
        return reader.Flag() ? frame.Payload[1..] : throw ErrorFrame.Read(ref reader);
    }

    private sealed class Binding(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
