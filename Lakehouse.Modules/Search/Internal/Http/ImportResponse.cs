namespace Lakehouse.Search.Internal.Http;

/// <summary>An import as the API shows it.</summary>
internal sealed record ImportResponse(
    string Index,
    string Dataset,
    string State,
    long Version,
    long? TargetVersion,
    bool Follow,
    string? Model,
    long? Rows,
    bool AddedOnly,
    long Done,
    long Embedded,
    long Updated,
    long Unchanged,
    long Skipped,
    long Removed,
    string? Error,
    string? ErrorCode,
    DateTime? StartedAt,
    DateTime? FinishedAt)
{
    public static ImportResponse From(ImportStatus status) => new(
        status.Index,
        status.Dataset,
        status.State.ToString().ToLowerInvariant(),
        status.Version,
        status.TargetVersion,
        status.Follow,
        status.Model,
        status.RowCount,
        status.IsAddition,
        status.DoneCount,
        status.EmbeddedCount,
        status.UpdatedCount,
        status.UnchangedCount,
        status.SkippedCount,
        status.RemovedCount,
        status.Error,
        status.ErrorCode,
        status.StartedAt?.UtcDateTime,
        status.FinishedAt?.UtcDateTime);
}
