using System.Collections;

namespace Lakehouse.Vector.Hnsw;

/// <content>
/// Deletes, as FreshDiskANN consolidates them (arXiv 2105.09613): a deleted node leads the walks on until one pass over all lists has replaced every
/// link to it by links to what it led to. Then nothing leads to it, and its place can be used again.
/// </content>
internal sealed unsafe partial class HnswGraph
{
    // Beyond this many choices the heuristic, which takes at most 2M, has no use for more.
    private const int ChoicesPerLink = 4;

    /// <summary>
    /// Replaces the links of one node to <paramref name="deleted"/> nodes. Other nodes may be inserted and repaired meanwhile.
    /// </summary>
    /// <returns>True when a list of the node led to one of them.</returns>
    public bool Repair<TSpace, TScorer>(TSpace space, uint node, BitArray deleted, SearchContext context)
        where TSpace : struct, ISpace<TScorer>
        where TScorer : struct, IScorer
    {
        var isChanged = false;
        for (int layer = links.Head(node)->Level; layer >= 0; layer--)
        {
            if (!LeadsToAny(node, layer, deleted))
            {
                continue;
            }

            isChanged = true;
            var before = Replace<TSpace, TScorer>(space, node, layer, deleted, context);
            foreach (var neighbour in context.Chosen.Except(before).ToArray())
            {
                Connect<TSpace, TScorer>(space, neighbour, node, layer, asTree: false, context);
            }
        }

        return isChanged;
    }

    /// <summary>Moves the entry to the highest live node, or empties the graph when there is none.</summary>
    public void RepairEntry(uint nodeCount)
    {
        if (Entry is not { } entry || links.Head(entry.Node)->State == NodeState.Live)
        {
            return;
        }

        (uint Node, int Level)? highest = null;
        for (var node = 0u; node < nodeCount; node++)
        {
            var head = links.Head(node);
            if (head->State == NodeState.Live && (highest is null || head->Level > highest.Value.Level))
            {
                highest = (node, head->Level);
            }
        }

        Entry = highest;
    }

    private bool LeadsToAny(uint node, int layer, BitArray deleted)
    {
        var list = links.List(node, layer);
        var max = links.LinkCountMax(layer);
        for (var i = 0; i < max && Volatile.Read(ref list[i]) is var link and not 0; i++)
        {
            if (IsIn(deleted, link - 1))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Chooses a list anew, from its live nodes and those that its deleted ones lead to, through further deleted ones where need be.</summary>
    /// <returns>The live nodes that were in it.</returns>
    private List<uint> Replace<TSpace, TScorer>(TSpace space, uint node, int layer, BitArray deleted, SearchContext context)
        where TSpace : struct, ISpace<TScorer>
        where TScorer : struct, IScorer
    {
        var max = links.LinkCountMax(layer);
        var kept = new List<uint>(max);
        Enter(node);
        try
        {
            var scorer = space.ForNode(node, context.Query.Node);
            var mask = TieMask(node);
            var choices = context.Choices;
            choices.Clear();
            CollectTree(node, layer, context);
            context.Tree.RemoveAll(to => IsIn(deleted, to));
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

            SetChosen<TSpace, TScorer>(space, node, layer, context);
        }
        finally
        {
            Leave(node);
        }

        return kept;
    }

    // Nodes that came after the set was made are not in it.
    private static bool IsIn(BitArray set, uint node) => node < (uint)set.Length && set[(int)node];
}
