namespace Lakehouse.Search;

/// <summary>The state of an import.</summary>
public enum ImportState
{
    /// <summary>It waits for other imports.</summary>
    Queued,

    /// <summary>Its rows are being read.</summary>
    Reading,

    /// <summary>Rows are being embedded and added.</summary>
    Running,

    /// <summary>The index holds the rows of the version.</summary>
    Done,

    /// <summary>It has failed and is retried automatically.</summary>
    Waiting,

    /// <summary>It has failed and is not retried; the cause must be removed first.</summary>
    Failed,
}
