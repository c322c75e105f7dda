namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>The data of a node other than its vector and its links.</summary>
internal struct NodeHead
{
    /// <summary>The number of its first record of links above layer 0, plus 1; 0 when it has none.</summary>
    public uint UpperStart;

    /// <summary>The highest layer it is in.</summary>
    public byte Level;

    /// <summary>The state of the node's slot.</summary>
    public NodeState State;

    /// <summary>Whether it holds an item that is not deleted.</summary>
    public readonly bool HasItem => State is NodeState.Live or NodeState.Linking;

    /// <summary>How many links at the front of its list in layer 0 are edges of the spanning tree: <see cref="LinkTable.TreeCountMax"/> at most.</summary>
    public byte TreeCount;

    /// <summary>
    /// Whether it is attached to the spanning tree, so that others may be attached to it. Without this, two nodes that are added at once could be attached only
    /// to each other.
    /// </summary>
    public bool IsInTree;
}
