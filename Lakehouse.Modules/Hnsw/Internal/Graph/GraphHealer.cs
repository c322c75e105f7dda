using System.Collections;
using Lakehouse.Hnsw.Internal.Search;
using Lakehouse.Hnsw.Internal.Spaces;

namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>
/// Removes deleted nodes from the graph, as FreshDiskANN consolidates them (arXiv 2105.09613): walks go through a deleted node until a pass over all lists has
/// replaced every link to it with links to its neighbours. Then no node links to it, and its slot can be used again.
/// </summary>
internal readonly unsafe struct GraphHealer<TSpace, TScorer>(HnswGraph graph, TSpace space, SearchContext context)
    where TSpace : struct, ISpace<TScorer>
    where TScorer : struct, IScorer
{
    // The heuristic chooses at most as many nodes as the list can hold, so it needs no more than this many candidates for each.
    private const int ChoicesPerLink = 4;

    /// <summary>Replaces the links of one node to <paramref name="deleted"/> nodes. Other threads may insert and heal nodes at the same time.</summary>
    /// <returns>True when a list of the node had a link to one of them.</returns>
    public bool Heal(uint node, BitArray deleted)
    {
        var lists = new NeighbourLists<TSpace, TScorer>(graph, space, context);
        var isChanged = false;
        for (int layer = graph.Links.Head(node)->Level; layer >= 0; layer--)
        {
            if (!LeadsToAny(node, layer, deleted))
            {
                continue;
            }

            isChanged = true;
            foreach (var neighbour in Replace(node, layer, deleted, lists))
            {
                lists.Connect(neighbour, node, layer, asTree: false);
            }
        }

        return isChanged;
    }

    private bool LeadsToAny(uint node, int layer, BitArray deleted)
    {
        var list = graph.Links.List(node, layer);
        var max = graph.Links.LinkCountMax(layer);
        for (var i = 0; i < max && Volatile.Read(ref list[i]) is var link and not 0; i++)
        {
            if (IsIn(deleted, link - 1))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Chooses the links of a list again, from its live nodes and the live nodes that are reachable from it through deleted ones.</summary>
    /// <returns>The nodes in the new list that were not in the old one.</returns>
    private uint[] Replace(uint node, int layer, BitArray deleted, NeighbourLists<TSpace, TScorer> lists)
    {
        var links = graph.Links;
        var max = links.LinkCountMax(layer);
        var kept = new List<uint>(max);
        graph.LockLists(node);
        try
        {
            var scorer = space.ForNode(node, context.Query.Node);
            var mask = HnswGraph.TieMask(node);
            var choices = context.Choices;
            choices.Clear();
            var tree = lists.TreeOf(node, layer);
            tree.RemoveAll(to => IsIn(deleted, to));
            context.Visited.Reset(links.Capacity);
            context.Visited.Add(node);
            var through = new Queue<uint>();
            through.Enqueue(node);
            while (choices.Count < ChoicesPerLink * max && through.TryDequeue(out var from))
            {
                var list = links.List(from, layer);
                for (var i = 0; i < max && Volatile.Read(ref list[i]) is var link and not 0; i++)
                {
                    var to = link - 1;
                    if (!context.Visited.Add(to))
                    {
                        continue;
                    }

                    if (IsIn(deleted, to))
                    {
                        through.Enqueue(to);
                        continue;
                    }

                    choices.Add(SortKey.From(scorer.Score(to), to ^ mask));
                    if (from == node)
                    {
                        kept.Add(to);
                    }
                }
            }

            return [.. lists.Replace(node, layer, choices, tree).ToArray().Except(kept)];
        }
        finally
        {
            graph.UnlockLists(node);
        }
    }

    // Nodes that were added after the set was made are not in it.
    private static bool IsIn(BitArray set, uint node) => node < (uint)set.Length && set[(int)node];
}
