namespace Lakehouse.Search.Internal.Imports;

/// <summary>Counts what an import does. Thread-safe.</summary>
internal sealed class ImportProgress
{
    private readonly Lock _gate = new();
    private ImportStatus _status;

    public ImportProgress(ImportStatus status) => _status = status;

    /// <summary>How it stands.</summary>
    public ImportStatus Status
    {
        get
        {
            lock (_gate)
            {
                return _status;
            }
        }
    }

    /// <summary>Changes what is not counted.</summary>
    public void Set(Func<ImportStatus, ImportStatus> change)
    {
        lock (_gate)
        {
            _status = change(_status);
        }
    }

    /// <summary>The rows are read.</summary>
    public void Begin(long version, long rowCount) => Set(s => s with { State = ImportState.Running, TargetVersion = version, RowCount = rowCount });

    public void Skip() => Set(s => s with { DoneCount = s.DoneCount + 1, SkippedCount = s.SkippedCount + 1 });

    public void Add(int embedded, int updated, int unchanged) => Set(s => s with
    {
        DoneCount = s.DoneCount + embedded + updated + unchanged,
        EmbeddedCount = s.EmbeddedCount + embedded,
        UpdatedCount = s.UpdatedCount + updated,
        UnchangedCount = s.UnchangedCount + unchanged,
    });

    public void Remove(int count) => Set(s => s with { RemovedCount = s.RemovedCount + count });
}
