namespace Lakehouse.Search;

/// <summary>The current status of an import.</summary>
public sealed record ImportStatus
{
    /// <summary>The index.</summary>
    public required string Index { get; init; }

    /// <summary>The dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>Its state.</summary>
    public required ImportState State { get; init; }

    /// <summary>The version that the index holds completely; 0 for none yet.</summary>
    public required long Version { get; init; }

    /// <summary>The version that is being imported; null when no import is under way.</summary>
    public long? TargetVersion { get; init; }

    /// <summary>True when new versions of the dataset are imported automatically.</summary>
    public required bool Follow { get; init; }

    /// <summary>The embedding model; null where the dataset has vectors.</summary>
    public string? Model { get; init; }

    /// <summary>How many rows the version has, or, of an addition, how many were added; null until they are counted.</summary>
    public long? RowCount { get; init; }

    /// <summary>True when rows were only added since the version that the index held, so that these alone are read.</summary>
    public bool IsAddition { get; init; }

    /// <summary>Rows that were processed.</summary>
    public long DoneCount { get; init; }

    /// <summary>Rows whose texts were embedded, or whose vectors were added.</summary>
    public long EmbeddedCount { get; init; }

    /// <summary>Rows of which only the metadata had changed.</summary>
    public long UpdatedCount { get; init; }

    /// <summary>Rows whose items have not changed.</summary>
    public long UnchangedCount { get; init; }

    /// <summary>Rows without a text or a vector, and rows whose id occurs again in a later row.</summary>
    public long SkippedCount { get; init; }

    /// <summary>Items that were removed because the dataset no longer has their rows.</summary>
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
