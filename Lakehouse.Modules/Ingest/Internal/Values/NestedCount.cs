namespace Lakehouse.Ingest.Internal.Values;

/// <summary>How many nodes the shapes of all columns of a file have.</summary>
internal sealed class NestedCount
{
    // About as many as a file may have columns: the engine has a writer with buffers for each member, and twenty thousand of them take more memory than it has.
    private const int NodesMax = 5_000;

    private int _nodes;

    /// <summary>Whether there are too many.</summary>
    public bool IsOver => _nodes > NodesMax;

    /// <summary>Adds nodes, or takes them away.</summary>
    public void Add(int count) => _nodes += count;
}
