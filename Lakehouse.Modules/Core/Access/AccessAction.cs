namespace Lakehouse.Core.Access;

/// <summary>What a caller may do.</summary>
public enum AccessAction
{
    /// <summary>Anything that does not look at data: what every caller may do.</summary>
    None,

    /// <summary>Queries, and reading of objects and of what is known of datasets.</summary>
    Read,

    /// <summary>Searches of indexes, and embeddings.</summary>
    Search,

    /// <summary>Files into datasets.</summary>
    Ingest,

    /// <summary>All other changes of datasets, views, indexes and objects.</summary>
    Write,

    /// <summary>What concerns everybody: profiles, the journal, collections, derived datasets.</summary>
    Admin,
}
