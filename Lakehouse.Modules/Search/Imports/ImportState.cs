namespace Lakehouse.Search;

/// <summary>How an import stands.</summary>
public enum ImportState
{
    /// <summary>It waits for its turn.</summary>
    Queued,

    /// <summary>Its rows are being read.</summary>
    Reading,

    /// <summary>Rows are being embedded and added.</summary>
    Running,

    /// <summary>The index holds the version.</summary>
    Done,

    /// <summary>It has failed, and is tried again by itself.</summary>
    Waiting,

    /// <summary>It has failed, and somebody must do something.</summary>
    Failed,
}
