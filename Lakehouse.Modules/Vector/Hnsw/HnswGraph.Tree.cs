namespace Lakehouse.Vector.Hnsw;

/// <content>
/// The spanning tree. The heuristic gives up links where others lead in the same direction, each node by itself: a node that is far from all of its
/// neighbours, or a group of them, can lose every link to it, and no walk finds it again, however wide. In data with much in common (texts of few
/// words, sensors at rest) that is one node in a hundred. So some links of layer 0, both ways, are never given up: those that make a tree of all
/// nodes. A new node's edge leads to the nearest node that has a place for one.
/// </content>
internal sealed unsafe partial class HnswGraph
{
    /// <summary>
    /// Completes the tree: after deletes, and in a graph that was made without one. No node is being linked; searches may go on.
    /// </summary>
    /// <param name="space">Where the nodes are.</param>
    /// <param name="nodeCount">How many nodes there are, with free places.</param>
    /// <param name="search">Leaves what a search near a node finds in the context's beam.</param>
    /// <param name="context">Of this thread.</param>
    /// <returns>How many edges were added.</returns>
    public int Span<TSpace, TScorer>(TSpace space, uint nodeCount, Action<uint, SearchContext> search, SearchContext context)
        where TSpace : struct, ISpace<TScorer>
        where TScorer : struct, IScorer
    {
        if (Entry is not { } entry)
        {
            return 0;
        }

        var sets = new DisjointSets(nodeCount);
        var apart = -1L;
        for (var node = 0u; node < nodeCount; node++)
        {
            apart += links.Head(node)->HasItem ? 1 : 0;
            links.Head(node)->IsInTree = true;
        }

        ForEachLink(nodeCount, ofTree: true, (node, to) => apart -= sets.Unite(node, to) ? 1 : 0);
        if (apart == 0)
        {
            return 0;
        }

        var added = 0;
        ForEachLink(nodeCount, ofTree: false, (node, to) =>
        {
            if (sets.Find(node) != sets.Find(to) && Join<TSpace, TScorer>(space, node, to, context))
            {
                sets.Unite(node, to);
                added++;
            }
        });

        // No link leads from these to the others, nor back.
        for (var node = 0u; node < nodeCount; node++)
        {
            if (links.Head(node)->HasItem && sets.Find(node) != sets.Find(entry.Node))
            {
                search(node, context);
                foreach (var key in context.Beam.Keys.ToArray())
                {
                    var near = SortKey.Node(key);
                    if (links.Head(near)->HasItem && sets.Find(near) != sets.Find(node) && Join<TSpace, TScorer>(space, near, node, context))
                    {
                        sets.Unite(near, node);
                        added++;
                        break;
                    }
                }
            }
        }

        return added;
    }

    /// <summary>Hangs a new node on the nearest node of those that its search found which is in the tree and has a place. Where all of them are deleted, a tree begins with it.</summary>
    private void Hang<TSpace, TScorer>(TSpace space, uint node, SearchContext context)
        where TSpace : struct, ISpace<TScorer>
        where TScorer : struct, IScorer
    {
        var isAlone = true;
        foreach (var key in context.Beam.Keys)
        {
            var near = SortKey.Node(key) ^ context.TieMask;
            if (near == node || IsDeleted(near))
            {
                continue;
            }

            isAlone = false;
            if (Volatile.Read(ref links.Head(near)->IsInTree) && Join<TSpace, TScorer>(space, near, node, context))
            {
                Volatile.Write(ref links.Head(node)->IsInTree, true);
                return;
            }
        }

        Volatile.Write(ref links.Head(node)->IsInTree, isAlone);
    }

    /// <summary>Makes an edge of the tree of two nodes. False when one of them has no place for it.</summary>
    private bool Join<TSpace, TScorer>(TSpace space, uint a, uint b, SearchContext context)
        where TSpace : struct, ISpace<TScorer>
        where TScorer : struct, IScorer =>
        Connect<TSpace, TScorer>(space, a, b, 0, asTree: true, context) && Connect<TSpace, TScorer>(space, b, a, 0, asTree: true, context);

    /// <summary>Goes over the links of layer 0 between nodes that are not deleted; over those of the tree only where both ends have them, and once.</summary>
    private void ForEachLink(uint nodeCount, bool ofTree, Action<uint, uint> action)
    {
        for (var node = 0u; node < nodeCount; node++)
        {
            var list = links.List(node, 0);
            var max = links.Head(node)->HasItem ? ofTree ? links.Head(node)->TreeCount : links.M0 : 0;
            for (var i = 0; i < max && list[i] is var link and not 0; i++)
            {
                var to = link - 1;
                if (links.Head(to)->HasItem && (!ofTree || (to < node && new ReadOnlySpan<uint>(links.List(to, 0), links.Head(to)->TreeCount).Contains(node + 1))))
                {
                    action(node, to);
                }
            }
        }
    }
}
