namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>What is known of a node beside its vector and its links.</summary>
internal struct NodeHead
{
    /// <summary>One more than the first of its records of upper links; 0 when it has none.</summary>
    public uint UpperStart;

    /// <summary>The highest layer it is in.</summary>
    public byte Level;

    /// <summary>Whether it holds an item: a <see cref="NodeState"/>.</summary>
    public NodeState State;

    /// <summary>Whether it holds an item that is not deleted.</summary>
    public readonly bool HasItem => State is NodeState.Live or NodeState.Linking;

    /// <summary>How many links at the front of its list in layer 0 are edges of the spanning tree: <see cref="LinkTable.TreeCountMax"/> at most.</summary>
    public byte TreeCount;

    /// <summary>
    /// Whether it hangs on the spanning tree itself, so that others may hang on it. Two that were added at once would else hang on each other alone.
    /// </summary>
    public bool IsInTree;
}
