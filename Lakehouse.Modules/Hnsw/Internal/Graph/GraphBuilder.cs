using System.Runtime.InteropServices;
using Lakehouse.Hnsw.Internal.Spaces;

namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>Links new nodes into the graph.</summary>
internal readonly unsafe struct GraphBuilder<TSpace, TScorer>(HnswGraph graph, TSpace space, SearchContext context)
    where TSpace : struct, ISpace<TScorer>
    where TScorer : struct, IScorer
{
    /// <summary>Links a node. It is in the store, its layers are set, and its vector is the query of the context.</summary>
    public void Insert(uint node)
    {
        int level = graph.Links.Head(node)->Level;
        if (graph.Entry is { } entry && entry.Level >= level)
        {
            Link(node, level, entry);
            return;
        }

        // Only nodes that are in a higher layer than the entry node, one in M^level, wait for each other.
        lock (graph.EntryLock)
        {
            if (graph.Entry is { } current)
            {
                Link(node, level, current);
                if (current.Level >= level)
                {
                    return;
                }
            }
            else
            {
                graph.Links.Head(node)->IsInTree = true;
            }

            graph.Entry = (node, level);
        }
    }

    private void Link(uint node, int level, (uint Node, int Level) entry)
    {
        var links = graph.Links;
        var mask = HnswGraph.TieMask(node);
        var search = new GraphSearch<TScorer>(graph, space.ForQuery(context.Query), context);
        var lists = new NeighbourLists<TSpace, TScorer>(graph, space, context);
        var start = search.Descend(entry.Node, entry.Level, level);
        var top = Math.Min(level, entry.Level);
        var neighbours = new uint[top + 1][];
        FoundNodes found = default;
        for (var layer = top; layer >= 0; layer--)
        {
            found = search.SearchLayer(start, graph.EfConstruction, layer, mask);
            start = found.Count > 0 ? found.Node(0) : start;
            neighbours[layer] = lists.Choose(CollectNeighbours(node, found), links.M, mask, []).ToArray();
        }

        // The lowest layer first: a walk that reaches this node in a layer must find its links in the layer below.
        for (var layer = 0; layer <= top; layer++)
        {
            graph.LockLists(node); // GraphHealer may replace the list at the same time
            LinkTable.Replace(links.List(node, layer), links.LinkCountMax(layer), neighbours[layer]);
            graph.UnlockLists(node);
            if (layer == 0)
            {
                new SpanningTree<TSpace, TScorer>(graph, space, context).Attach(node, found);
            }

            foreach (var neighbour in neighbours[layer])
            {
                lists.Connect(neighbour, node, layer, asTree: false);
            }
        }
    }

    /// <summary>
    /// Collects the nodes that a new node may link to from the results of a search. Deleted nodes are included only where there are too few others: links to
    /// them are replaced when they are removed from the graph, and until then the new node must be reachable through them.
    /// </summary>
    /// <returns>Keys, nearest first.</returns>
    private ReadOnlySpan<ulong> CollectNeighbours(uint node, FoundNodes found)
    {
        var choices = context.Choices;
        Collect(withDeleted: false, found, graph);
        if (choices.Count < graph.Links.M)
        {
            Collect(withDeleted: true, found, graph);
        }

        return CollectionsMarshal.AsSpan(choices);

        void Collect(bool withDeleted, FoundNodes found, HnswGraph graph)
        {
            choices.Clear();
            for (var i = 0; i < found.Count; i++)
            {
                if (found.Node(i) is var other && other != node && (withDeleted || !graph.IsDeleted(other)))
                {
                    choices.Add(found.Key(i));
                }
            }
        }
    }
}
