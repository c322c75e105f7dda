namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>The life of a node's place.</summary>
internal enum NodeState : byte
{
    /// <summary>It holds nothing; nothing links to it.</summary>
    Free,

    /// <summary>It holds an item that is being linked. A walk may come by already; what it returns is decided at its end.</summary>
    Linking,

    /// <summary>It holds an item.</summary>
    Live,

    /// <summary>Its item was deleted. The graph still leads through it until its links are repaired.</summary>
    Deleted,
}
