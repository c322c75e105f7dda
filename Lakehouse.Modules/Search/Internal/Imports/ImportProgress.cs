namespace Lakehouse.Search.Internal.Imports;

/// <summary>The progress of an import. Thread-safe.</summary>
internal sealed class ImportProgress
{
    private readonly Lock _gate = new();
    private ImportStatus _status;

    public ImportProgress(ImportStatus status) => _status = status;

    /// <summary>The current status, with the counts.</summary>
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

    /// <summary>Changes the members of the status that are not counts.</summary>
    public void Set(Func<ImportStatus, ImportStatus> change)
    {
        lock (_gate)
        {
            _status = change(_status);
        }
    }

    /// <summary>Records that all rows were read, or all that were added since the version that the index holds.</summary>
    public void Begin(long version, long rowCount, bool isAddition) =>
        Set(s => s with { State = ImportState.Running, TargetVersion = version, RowCount = rowCount, IsAddition = isAddition });

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
