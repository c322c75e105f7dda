using System.Runtime.InteropServices;
using Lakehouse.Hnsw.Internal.Search;
using Lakehouse.Hnsw.Internal.Spaces;

namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>Decides which links a list has: the paper's heuristic, and the edges of the spanning tree, which are never removed.</summary>
internal readonly unsafe struct NeighbourLists<TSpace, TScorer>(HnswGraph graph, TSpace space, SearchContext context)
    where TSpace : struct, ISpace<TScorer>
    where TScorer : struct, IScorer
{
    private const float TieTolerance = 1e-6f;

    /// <summary>
    /// Adds a link from <paramref name="from"/> to <paramref name="to"/>; if the list is full, its links are chosen again. An edge of the spanning tree is
    /// added at the front of the list and never removed; a node that has the most edges already gets an ordinary link instead.
    /// </summary>
    /// <returns>Whether the link is an edge of the tree, where <paramref name="asTree"/> asked for one.</returns>
    public bool Connect(uint from, uint to, int layer, bool asTree)
    {
        var links = graph.Links;
        var max = links.LinkCountMax(layer);
        graph.LockLists(from);
        try
        {
            var head = links.Head(from);
            var list = links.List(from, layer);
            var count = LinkTable.Count(list, max);
            var at = new ReadOnlySpan<uint>(list, count).IndexOf(to + 1);
            int treeCount = layer == 0 ? head->TreeCount : 0;
            if (asTree && at >= 0 && at < treeCount)
            {
                return true;
            }

            asTree &= treeCount < links.TreeCountMax;
            if (at < 0 && count < max)
            {
                at = count;
                Volatile.Write(ref list[at], to + 1);
            }

            if (at < 0)
            {
                ChooseAnew(from, to, layer, asTree);
            }
            else if (asTree)
            {
                var other = list[treeCount];
                Volatile.Write(ref list[treeCount], to + 1);
                Volatile.Write(ref list[at], other);
                head->TreeCount++;
            }

            return asTree;
        }
        finally
        {
            graph.UnlockLists(from);
        }
    }

    /// <summary>The nodes that a node is linked to by edges of the spanning tree; none above layer 0. The caller may change the list.</summary>
    public List<uint> TreeOf(uint node, int layer)
    {
        var tree = context.Tree;
        tree.Clear();
        for (var i = 0; layer == 0 && i < graph.Links.Head(node)->TreeCount; i++)
        {
            tree.Add(graph.Links.List(node, layer)[i] - 1);
        }

        return tree;
    }

    /// <summary>Replaces a list, which the caller has locked.</summary>
    /// <param name="node">The node of the list.</param>
    /// <param name="layer">The layer of the list.</param>
    /// <param name="choices">Keys, in any order, with nodes masked by <see cref="HnswGraph.TieMask"/> of the node; they are sorted here.</param>
    /// <param name="tree">The edges of the spanning tree, which are always chosen and come first.</param>
    /// <returns>The nodes in the new list; valid until the next choice.</returns>
    public ReadOnlySpan<uint> Replace(uint node, int layer, List<ulong> choices, List<uint> tree)
    {
        var links = graph.Links;
        var max = links.LinkCountMax(layer);
        choices.Sort();
        var chosen = Choose(CollectionsMarshal.AsSpan(choices), max, HnswGraph.TieMask(node), CollectionsMarshal.AsSpan(tree));
        LinkTable.Replace(links.List(node, layer), max, chosen);
        if (layer == 0)
        {
            links.Head(node)->TreeCount = (byte)tree.Count;
        }

        return chosen;
    }

    /// <summary>
    /// The paper's heuristic (its algorithm 4): goes through the choices, nearest first, and takes those that are nearer to the node than to any node chosen
    /// before. So links lead in different directions, and between clusters. Copies of one vector are as near to each other as to the node and would take every
    /// link, so a text that is in the data a hundred times would be an island. Therefore at most half of the links lead to copies, and
    /// <see cref="HnswGraph.TieMask"/> decides to which, because otherwise all nodes would link to the same few copies.
    /// </summary>
    /// <param name="choices">Keys, sorted, with masked nodes.</param>
    /// <param name="countMax">How many to choose at most.</param>
    /// <param name="mask">The mask of the nodes in the keys.</param>
    /// <param name="tree">Choices that are always chosen and come first.</param>
    /// <returns>The chosen nodes; valid until the next choice.</returns>
    public ReadOnlySpan<uint> Choose(ReadOnlySpan<ulong> choices, int countMax, uint mask, ReadOnlySpan<uint> tree)
    {
        var (chosen, scores) = (context.Chosen, context.ChosenScores);
        chosen.Clear();
        scores.Clear();
        var (tieCount, treeCount) = (0, 0);
        foreach (var key in choices)
        {
            var candidate = SortKey.Node(key) ^ mask;
            var isInTree = tree.Contains(candidate);
            if (!isInTree && chosen.Count + tree.Length - treeCount >= countMax)
            {
                if (treeCount == tree.Length)
                {
                    break;
                }

                continue;
            }

            if ((IsDiverse(candidate, SortKey.Score(key), out var isTie) && (!isTie || ++tieCount <= countMax / 2)) || isInTree)
            {
                chosen.Add(candidate);
                scores.Add(SortKey.Score(key));
                treeCount += isInTree ? 1 : 0;
            }
        }

        // Moves the edges of the tree to the front. The scores are not used any more, so only the nodes are swapped.
        for (var (i, first) = (0, 0); first < tree.Length; i++)
        {
            if (tree.Contains(chosen[i]))
            {
                (chosen[i], chosen[first]) = (chosen[first], chosen[i]);
                first++;
            }
        }

        return CollectionsMarshal.AsSpan(chosen);
    }

    /// <summary>Chooses among the links of a full list and one more.</summary>
    private void ChooseAnew(uint from, uint to, int layer, bool asTree)
    {
        var max = graph.Links.LinkCountMax(layer);
        var list = graph.Links.List(from, layer);
        var scorer = space.ForNode(from, context.Query.Node);
        var mask = HnswGraph.TieMask(from);
        var choices = context.Choices;
        choices.Clear();
        choices.Add(SortKey.From(scorer.Score(to), to ^ mask));
        for (var i = 0; i < max; i++)
        {
            scorer.Prefetch(list[i] - 1);
        }

        for (var i = 0; i < max; i++)
        {
            choices.Add(SortKey.From(scorer.Score(list[i] - 1), (list[i] - 1) ^ mask));
        }

        var tree = TreeOf(from, layer);
        if (asTree)
        {
            tree.Add(to);
        }

        Replace(from, layer, choices, tree);
    }

    private bool IsDiverse(uint candidate, float score, out bool isTie)
    {
        isTie = false;
        var (chosen, scores) = (context.Chosen, context.ChosenScores);
        if (chosen.Count == 0)
        {
            return true;
        }

        // Scores within the tolerance are equal except for rounding.
        var tolerance = TieTolerance * MathF.Max(1f, MathF.Abs(score));
        var scorer = space.ForNode(candidate, context.Query.OtherNode);
        for (var i = 0; i < chosen.Count; i++)
        {
            var between = scorer.Score(chosen[i]);
            if (between < score - tolerance)
            {
                return false;
            }

            isTie |= between <= score + tolerance && MathF.Abs(scores[i] - score) <= tolerance;
        }

        return true;
    }
}
