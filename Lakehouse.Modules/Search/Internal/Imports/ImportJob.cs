using Lakehouse.Vector;

namespace Lakehouse.Search.Internal.Imports;

/// <summary>A run of an import in this process, also after it has ended.</summary>
/// <param name="index">The index, by its own name.</param>
/// <param name="generation">Its generation.</param>
/// <param name="import">The import.</param>
/// <param name="progress">Its progress.</param>
internal sealed class ImportJob(IndexName index, Guid generation, ImportRequest import, ImportProgress progress) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public IndexName Index => index;

    public Guid Generation => generation;

    public ImportRequest Import => import;

    public ImportProgress Progress => progress;

    /// <summary>The version whose rows the index held by this import when the run began; null where it held others too.</summary>
    public long? Held { get; init; }

    /// <summary>That version, where the run has failed before it changed the index; null otherwise.</summary>
    public long? StillHeld => progress.Status.RowCount is null ? Held : null;

    public CancellationToken Stopping => _stop.Token;

    /// <summary>The task of the run, which never fails.</summary>
    public Task Running { get; set; } = Task.CompletedTask;

    /// <summary>How many times in a row it has failed.</summary>
    public int FailureCount { get; set; }

    /// <summary>When it is retried, as a timestamp; null where it is not retried automatically.</summary>
    public long? RetryAt { get; set; }

    public bool IsRunning => progress.Status.State is ImportState.Queued or ImportState.Reading or ImportState.Running;

    public void Stop() => _stop.Cancel();

    public void Dispose() => _stop.Dispose();
}
