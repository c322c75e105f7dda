using Lakehouse.Hnsw.Internal.Spaces;

namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>
/// Keeps every node reachable. The heuristic removes a link where another one leads in the same direction, and decides for each node separately. So a node
/// that is far from all its neighbours, or a group of such nodes, can lose every link to it, and then no walk finds it, however wide the beam. In data with
/// much in common (texts of few words, sensors at rest) that is one node in a hundred. Therefore some links of layer 0, in both directions, are never removed:
/// they form a tree of all nodes. A new node is attached to the nearest node that has room for an edge.
/// </summary>
internal sealed unsafe class SpanningTree<TSpace, TScorer>(HnswGraph graph, TSpace space, SearchContext context)
    where TSpace : struct, ISpace<TScorer>
    where TScorer : struct, IScorer
{
    // The links of at most this many nodes are followed; in a graph with many deleted nodes there could be millions.
    private const int FartherMax = 4_096;

    /// <summary>
    /// Attaches a new node to the nearest node that its search found, that is in the tree and that has room for an edge; if there is none, to one that is
    /// reachable from those. If all of them are deleted, it is attached to a deleted one, because walks go through it until it is removed. If none is in the
    /// tree yet, because they are being linked at the same time, <see cref="AttachAgain"/> retries after the batch.
    /// </summary>
    public void Attach(uint node, FoundNodes found)
    {
        for (var i = 0; i < found.Count; i++)
        {
            if (TryAttach(node, found.Node(i), withDeleted: false))
            {
                return;
            }
        }

        var starts = new List<uint>(found.Count);
        for (var i = 0; i < found.Count; i++)
        {
            starts.Add(found.Node(i));
        }

        if (!TryAttachFrom(starts, node))
        {
            graph.Apart.Enqueue(node);
        }
    }

    /// <summary>
    /// Attaches a node of <see cref="HnswGraph.Apart"/> to a node that is reachable from it or from the entry node. If there is none, the node becomes the root
    /// of a tree.
    /// </summary>
    public void AttachAgain(uint node)
    {
        var starts = graph.Entry is { } entry ? [node, entry.Node] : new List<uint> { node };
        if (!graph.IsDeleted(node) && !TryAttachFrom(starts, node))
        {
            Volatile.Write(ref graph.Links.Head(node)->IsInTree, true);
        }
    }

    /// <summary>Completes the tree after deletes, or in a graph without one. Call it while no node is being linked; searches may run.</summary>
    /// <param name="nodeCount">How many nodes there are, including free ones.</param>
    /// <param name="searchNear">Searches near a node and leaves the results in the context's beam.</param>
    /// <returns>How many edges were added.</returns>
    public int Complete(uint nodeCount, Action<uint, SearchContext> searchNear)
    {
        if (graph.Entry is not { } entry)
        {
            return 0;
        }

        var links = graph.Links;
        var sets = new DisjointSets(nodeCount);
        var apart = -1L;
        for (var node = 0u; node < nodeCount; node++)
        {
            apart += links.Head(node)->HasItem ? 1 : 0;
            links.Head(node)->IsInTree = true;
        }

        foreach (var (node, to) in LinksOfTree(nodeCount))
        {
            apart -= sets.Unite(node, to) ? 1 : 0;
        }

        if (apart == 0)
        {
            return 0;
        }

        var added = 0;
        for (var node = 0u; node < nodeCount; node++)
        {
            for (var i = 0; links.Head(node)->HasItem && i < links.M0 && links.List(node, 0)[i] is var link and not 0; i++)
            {
                added += links.Head(link - 1)->HasItem && sets.Find(node) != sets.Find(link - 1) && TryUnite(node, link - 1, sets) ? 1 : 0;
            }
        }

        // The nodes that are still not in one tree with the entry node: no link connects them with it.
        bool IsWithEntry(uint node) => graph.Links.Head(node)->HasItem && sets.Find(node) == sets.Find(entry.Node);
        for (var node = 0u; node < nodeCount; node++)
        {
            if (links.Head(node)->HasItem && !IsWithEntry(node))
            {
                searchNear(node, context);
                var near = new List<uint>();
                foreach (var key in context.Beam.Keys)
                {
                    near.Add(Search.SortKey.Node(key));
                }

                // The entry node as well: the nearest nodes may have no room, or the search may have found only nodes that are separate like this one.
                near.Add(entry.Node);
                var one = node;
                added += TryAlong(near, other => IsWithEntry(other) && TryUnite(other, one, sets)) ? 1 : 0;
            }
        }

        return added;
    }

    /// <summary>Attaches a node to another one. False when the other one is deleted, not in the tree, or has no room for an edge.</summary>
    private bool TryAttach(uint node, uint other, bool withDeleted)
    {
        var links = graph.Links;
        var canAttach = other != node && (withDeleted || !graph.IsDeleted(other)) && Volatile.Read(ref links.Head(other)->IsInTree);
        if (!canAttach || !Join(other, node))
        {
            return false;
        }

        Volatile.Write(ref links.Head(node)->IsInTree, true);
        return true;
    }

    private bool TryAttachFrom(List<uint> starts, uint node) =>
        TryAlong(starts, other => TryAttach(node, other, withDeleted: false)) || TryAlong(starts, other => TryAttach(node, other, withDeleted: true));

    /// <summary>Follows links breadth first, also through deleted nodes, until <paramref name="attempt"/> succeeds for a node.</summary>
    private bool TryAlong(List<uint> starts, Func<uint, bool> attempt)
    {
        var links = graph.Links;
        var visited = context.Visited;
        visited.Reset(links.Capacity);
        var pending = new Queue<uint>(starts);
        starts.ForEach(start => visited.Add(start));
        for (var count = 0; count < FartherMax && pending.TryDequeue(out var from); count++)
        {
            if (attempt(from))
            {
                return true;
            }

            var list = links.List(from, 0);
            for (var i = 0; i < links.M0 && Volatile.Read(ref list[i]) is var link and not 0; i++)
            {
                if (visited.Add(link - 1))
                {
                    pending.Enqueue(link - 1);
                }
            }
        }

        return false;
    }

    private bool TryUnite(uint node, uint other, DisjointSets sets) => Join(node, other) && sets.Unite(node, other);

    /// <summary>Makes an edge of the tree between two nodes, a link in both directions. False when one of them has no room for it.</summary>
    private bool Join(uint a, uint b)
    {
        var lists = new NeighbourLists<TSpace, TScorer>(graph, space, context);
        return HasRoom(a, b) && HasRoom(b, a) && lists.Connect(a, b, 0, asTree: true) && lists.Connect(b, a, 0, asTree: true);
    }

    private bool HasRoom(uint node, uint to) => graph.Links.Head(node)->TreeCount < graph.Links.TreeCountMax || HasEdge(node, to);

    private bool HasEdge(uint node, uint to) =>
        new ReadOnlySpan<uint>(graph.Links.List(node, 0), graph.Links.Head(node)->TreeCount).Contains(to + 1);

    /// <summary>The edges that both of their nodes have in their lists, each once.</summary>
    private List<(uint Node, uint To)> LinksOfTree(uint nodeCount)
    {
        var links = graph.Links;
        var edges = new List<(uint, uint)>();
        for (var node = 0u; node < nodeCount; node++)
        {
            var count = links.Head(node)->HasItem ? links.Head(node)->TreeCount : 0;
            var list = links.List(node, 0);
            for (var i = 0; i < count && list[i] is var link and not 0; i++)
            {
                var to = link - 1;
                if (to < node && links.Head(to)->HasItem && HasEdge(to, node))
                {
                    edges.Add((node, to));
                }
            }
        }

        return edges;
    }
}
