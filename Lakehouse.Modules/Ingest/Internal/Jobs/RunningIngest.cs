using Lakehouse.Core.Names;
using Lakehouse.Core.Observation;

namespace Lakehouse.Ingest.Internal.Jobs;

/// <summary>A job of this process.</summary>
internal sealed class RunningIngest : IDisposable
{
    private readonly string _id;
    private readonly DateTimeOffset _startedAt;
    private readonly long? _bytesTotal;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IngestJob? _ended;

    /// <param name="id">Its id.</param>
    /// <param name="name">The dataset.</param>
    /// <param name="startedAt">When it began.</param>
    /// <param name="bytesTotal">The bytes that will come; null where that is not known.</param>
    /// <param name="takeTurn">Called when all files have come: returns what must have ended before it is committed.</param>
    public RunningIngest(string id, DatasetName name, DateTimeOffset startedAt, long? bytesTotal, Func<RunningIngest, Task> takeTurn)
    {
        (_id, Name, _startedAt, _bytesTotal) = (id, name, startedAt, bytesTotal);
        Progress = new IngestProgress(() => takeTurn(this));
    }

    /// <summary>The dataset.</summary>
    public DatasetName Name { get; }

    public IngestProgress Progress { get; }

    /// <summary>Completes when it has ended, and never fails.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Cancels it.</summary>
    public CancellationTokenSource Stop { get; } = new();

    /// <summary>Completes when it has ended, however it has.</summary>
    public Task<IngestResult> Running { get; set; } = null!;

    /// <summary>What is written down of it when it ends; null for nothing.</summary>
    public RequestRecord? Record { get; set; }

    public IngestJob Job => _ended ?? Now(IngestJobState.Running, null, null, null);

    public IngestJob End(IngestJobState state, DateTimeOffset endedAt, IngestJobResult? result, IngestJobError? error) =>
        _ended = Now(state, endedAt, result, error);

    public void Dispose()
    {
        _completion.TrySetResult();
        Stop.Dispose();
    }

    private IngestJob Now(IngestJobState state, DateTimeOffset? endedAt, IngestJobResult? result, IngestJobError? error) => new(
        _id, Name, state, _startedAt, endedAt, Progress.BytesRead, BytesTotal, Progress.RowsRead, state is IngestJobState.Done ? 1 : Fraction(), result,
        error);

    /// <summary>What the files have, once they are there: the length of a form counts more.</summary>
    private long? BytesTotal => Progress.Received.IsCompleted ? Progress.BytesRead : _bytesTotal;

    /// <summary>Reading and converting are half of the work each.</summary>
    private double? Fraction()
    {
        var (rows, converted) = (Progress.RowsRead, Progress.RowsConverted);
        var done = rows == 0 ? 0 : Math.Min(1, converted / (double)rows);
        return Progress.Received.IsCompleted ? 0.5 + (done / 2)
            : _bytesTotal is > 0 and var total ? Math.Min(1, Progress.BytesRead / (double)total) * (1 + done) / 2
            : null;
    }
}
