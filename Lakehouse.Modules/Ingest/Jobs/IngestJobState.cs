namespace Lakehouse.Ingest;

/// <summary>What has become of an ingest.</summary>
public enum IngestJobState
{
    /// <summary>It waits for its place, or runs.</summary>
    Running,

    /// <summary>Its version is the newest one, or was.</summary>
    Done,

    /// <summary>It has changed nothing, unless its error says otherwise.</summary>
    Failed,

    /// <summary>It was cancelled, and has changed nothing.</summary>
    Cancelled,
}
