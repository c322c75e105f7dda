namespace Lakehouse.Search;

/// <summary>An import as it is now.</summary>
public sealed record ImportStatus
{
    /// <summary>The index.</summary>
    public required string Index { get; init; }

    /// <summary>The dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>How it stands.</summary>
    public required ImportState State { get; init; }

    /// <summary>The version that the index holds whole; 0 for none yet.</summary>
    public required long Version { get; init; }

    /// <summary>The version that is being brought in; null at rest.</summary>
    public long? TargetVersion { get; init; }

    /// <summary>True: new versions are brought in as they come.</summary>
    public required bool Follow { get; init; }

    /// <summary>The embedding model; null where the dataset has vectors.</summary>
    public string? Model { get; init; }

    /// <summary>The rows of the version; null while they are not counted.</summary>
    public long? RowCount { get; init; }

    /// <summary>Rows that were dealt with.</summary>
    public long DoneCount { get; init; }

    /// <summary>Rows whose texts were embedded, or whose vectors were added.</summary>
    public long EmbeddedCount { get; init; }

    /// <summary>Rows of which only the metadata had changed.</summary>
    public long UpdatedCount { get; init; }

    /// <summary>Rows that were in the index as they are.</summary>
    public long UnchangedCount { get; init; }

    /// <summary>Rows without a text or a vector, and rows whose id stands again further down.</summary>
    public long SkippedCount { get; init; }

    /// <summary>Items that were removed since their rows are gone.</summary>
    public long RemovedCount { get; init; }

    /// <summary>Why it waits or has failed; null otherwise.</summary>
    public string? Error { get; init; }

    /// <summary>The code of that error.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>When this run began, UTC.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}
