namespace Lakehouse.Query.Internal.Stored;

/// <summary>What a derived dataset is doing.</summary>
internal enum DerivedState
{
    /// <summary>It was made of the newest versions of what it reads.</summary>
    Fresh,

    /// <summary>What it reads has a newer version; it will be made again.</summary>
    Stale,

    /// <summary>It is being made again.</summary>
    Running,

    /// <summary>To make it again has failed. It keeps its rows, and is tried again, less and less often.</summary>
    Failed,
}
