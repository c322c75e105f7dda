using Lakehouse.Core.Names;

namespace Lakehouse.Ingest.Internal.Jobs;

/// <summary>A job of this process.</summary>
/// <param name="id">Its id.</param>
/// <param name="name">The dataset.</param>
/// <param name="startedAt">When it began.</param>
/// <param name="bytesTotal">The bytes that will come; null where that is not known.</param>
internal sealed class RunningIngest(string id, DatasetName name, DateTimeOffset startedAt, long? bytesTotal) : IDisposable
{
    private volatile IngestJob? _ended;

    public IngestProgress Progress { get; } = new();

    /// <summary>Cancels it.</summary>
    public CancellationTokenSource Stop { get; } = new();

    /// <summary>Completes when it has ended, however it has.</summary>
    public Task<IngestResult> Running { get; set; } = null!;

    public IngestJob Job => _ended ?? Now(IngestJobState.Running, null, null, null);

    public IngestJob End(IngestJobState state, DateTimeOffset endedAt, IngestJobResult? result, IngestJobError? error) =>
        _ended = Now(state, endedAt, result, error);

    public void Dispose() => Stop.Dispose();

    private IngestJob Now(IngestJobState state, DateTimeOffset? endedAt, IngestJobResult? result, IngestJobError? error) => new(
        id, name, state, startedAt, endedAt, Progress.BytesRead, bytesTotal, Progress.RowsRead, state is IngestJobState.Done ? 1 : Fraction(), result, error);

    /// <summary>Reading and converting are half of the work each.</summary>
    private double? Fraction()
    {
        var (rows, converted) = (Progress.RowsRead, Progress.RowsConverted);
        var done = rows == 0 ? 0 : Math.Min(1, converted / (double)rows);
        return Progress.Received.IsCompleted ? 0.5 + (done / 2)
            : bytesTotal is > 0 and var total ? Math.Min(1, Progress.BytesRead / (double)total) * (1 + done) / 2
            : null;
    }
}
