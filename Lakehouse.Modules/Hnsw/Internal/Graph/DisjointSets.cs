namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>Disjoint sets of nodes under union (Tarjan 1975): each node is a set at first. Paths are halved; a set's lowest node names it.</summary>
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

    /// <summary>The node that names the set of a node.</summary>
    public uint Find(uint node)
    {
        while (_parents[node] != node)
        {
            node = _parents[node] = _parents[_parents[node]];
        }

        return node;
    }

    /// <summary>Makes one set of two. False: they were one.</summary>
    public bool Unite(uint a, uint b)
    {
        (a, b) = (Find(a), Find(b));
        _parents[Math.Max(a, b)] = Math.Min(a, b);
        return a != b;
    }
}
