namespace Lakehouse.Core.Access;

/// <summary>What a caller uses.</summary>
public enum ResourceKind
{
    /// <summary>A dataset, by its name in any letter case.</summary>
    Dataset,

    /// <summary>A view, by its name in any letter case.</summary>
    View,

    /// <summary>A vector index or an alias.</summary>
    Index,

    /// <summary>A space of memories.</summary>
    Space,

    /// <summary>The key of an object, with its bucket and a slash before it.</summary>
    Key,
}
