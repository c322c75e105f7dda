namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>Disjoint sets of nodes under union (Tarjan 1975), with path halving. At first each node is a set; a set is identified by its lowest node.</summary>
internal sealed class DisjointSets
{
    private readonly uint[] _parents;

    public DisjointSets(uint nodeCount)
    {
        _parents = new uint[nodeCount];
        for (var node = 0u; node < nodeCount; node++)
        {
            _parents[node] = node;
        }
    }

    /// <summary>The node that identifies the set of a node.</summary>
    public uint Find(uint node)
    {
        while (_parents[node] != node)
        {
            node = _parents[node] = _parents[_parents[node]];
        }

        return node;
    }

    /// <summary>Merges the sets of two nodes. False when both are in the same set already.</summary>
    public bool Unite(uint a, uint b)
    {
        (a, b) = (Find(a), Find(b));
        _parents[Math.Max(a, b)] = Math.Min(a, b);
        return a != b;
    }
}
