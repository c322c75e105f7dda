using Lakehouse.Vector;

namespace Lakehouse.Search.Internal.Imports;

/// <summary>An import that runs, or has run, in this process.</summary>
/// <param name="index">The index, by its own name.</param>
/// <param name="generation">Its generation.</param>
/// <param name="import">The import.</param>
/// <param name="progress">What it has done.</param>
internal sealed class ImportJob(IndexName index, Guid generation, ImportRequest import, ImportProgress progress) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public IndexName Index => index;

    public Guid Generation => generation;

    public ImportRequest Import => import;

    public ImportProgress Progress => progress;

    public CancellationToken Stopping => _stop.Token;

    /// <summary>The run; completes without an error.</summary>
    public Task Running { get; set; } = Task.CompletedTask;

    /// <summary>How often it has failed in a row.</summary>
    public int FailureCount { get; set; }

    /// <summary>When it is tried again, as a timestamp; null: not by itself.</summary>
    public long? RetryAt { get; set; }

    public bool IsRunning => progress.Status.State is ImportState.Queued or ImportState.Reading or ImportState.Running;

    public void Stop() => _stop.Cancel();

    public void Dispose() => _stop.Dispose();
}
