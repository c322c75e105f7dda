namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>The states of a node's slot.</summary>
internal enum NodeState : byte
{
    /// <summary>It holds no item, and no node links to it.</summary>
    Free,

    /// <summary>It holds an item that is being linked. Walks may visit it, but searches do not return it yet.</summary>
    Linking,

    /// <summary>It holds an item.</summary>
    Live,

    /// <summary>Its item was deleted. Walks still go through it until the links to it are replaced.</summary>
    Deleted,
}
