namespace Lakehouse.Ingest.Internal.Jobs;

/// <summary>How far an ingest is. It is written by the ingest and read by others.</summary>
/// <param name="takeTurn">Called when all files have come: returns what must have ended before it is committed.</param>
internal sealed class IngestProgress(Func<Task> takeTurn) : IIngestProgress
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _before = Task.CompletedTask;
    private long _bytesRead;
    private long _rowsRead;
    private long _rowsConverted;

    /// <summary>Completes when it has begun.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Completes when all files have come.</summary>
    public Task Received => _received.Task;

    /// <summary>The bytes that have come.</summary>
    public long BytesRead => Volatile.Read(ref _bytesRead);

    /// <summary>The rows that were found in them.</summary>
    public long RowsRead => Volatile.Read(ref _rowsRead);

    /// <summary>The rows that are in data files already.</summary>
    public long RowsConverted => Volatile.Read(ref _rowsConverted);

    public void Begin() => _begun.TrySetResult();

    public void Read(long bytes, long rows)
    {
        Volatile.Write(ref _bytesRead, bytes);
        Volatile.Write(ref _rowsRead, rows);
    }

    public void Converted(long rows) => Interlocked.Add(ref _rowsConverted, rows);

    public void End()
    {
        _before = takeTurn();
        _received.TrySetResult();
    }

    public Task WaitForTurnAsync(CancellationToken cancellationToken) => _before.WaitAsync(cancellationToken);
}
