using System.Runtime.InteropServices;

namespace Lakehouse.Vector.Hnsw;

/// <summary>
/// The hierarchical navigable small world graph of Malkov and Yashunin (arXiv 1603.09320): searching, inserting and, in its other part, repairing
/// after deletes. Any number of threads may search and insert at once. Searchers take no lock; an inserter locks one list at a time.
/// </summary>
/// <remarks>
/// Deviations from the paper: a node in layer 0 may have 2M links from the start of a prune but gets at most M when it is inserted, as the authors'
/// own library has it; a search of a layer keeps candidates and results in one array (<see cref="Beam"/>); and some links of layer 0 are never given
/// up, so that a walk can get everywhere (see the part of the spanning tree).
/// </remarks>
internal sealed unsafe partial class HnswGraph(LinkTable links, int efConstruction) : IDisposable
{
    private const int LockCount = 1 << 12;
    private const float TieTolerance = 1e-6f;

    private readonly int[] _locks = new int[LockCount];
    private readonly Lock _entryLock = new();
    private long _entry; // level << 32 | node + 1; 0: the graph is empty

    public LinkTable Links => links;

    /// <summary>The beam of an insertion.</summary>
    public int EfConstruction => efConstruction;

    /// <summary>The node that every walk starts from, and its layer. Null when the graph is empty.</summary>
    public (uint Node, int Level)? Entry
    {
        get => Volatile.Read(ref _entry) is var entry and not 0 ? ((uint)entry - 1, (int)(entry >> 32)) : null;
        set => Volatile.Write(ref _entry, value is { } v ? ((long)v.Level << 32) | (v.Node + 1) : 0);
    }

    /// <summary>
    /// Walks to the nodes nearest to the query and leaves the best <paramref name="ef"/> of them in the context's beam, nearest first. Deleted ones
    /// may be among them.
    /// </summary>
    public void Search<TScorer>(TScorer scorer, int ef, SearchContext context)
        where TScorer : struct, IScorer
    {
        context.ScoreCount = 0;
        context.TieMask = 0;
        context.Beam.Reset(ef);
        if (Entry is { } entry)
        {
            var start = Descend(scorer, entry.Node, entry.Level, 0, context);
            SearchLayer(scorer, start, ef, 0, context);
        }
    }

    /// <summary>
    /// Walks until the <paramref name="ef"/> nearest nodes that <paramref name="filter"/> accepts are found, and leaves them in the context's beam. The
    /// walk leads through the others, too. False: it took more than <paramref name="scoreCountMax"/> scores and was given up.
    /// </summary>
    public bool Search<TScorer, TFilter>(TScorer scorer, TFilter filter, int ef, int scoreCountMax, SearchContext context)
        where TScorer : struct, IScorer
        where TFilter : struct, INodeFilter
    {
        context.ScoreCount = 0;
        context.Beam.Reset(ef);
        if (Entry is not { } entry)
        {
            return true;
        }

        var start = Descend(scorer, entry.Node, entry.Level, 0, context);
        return SearchFiltered(scorer, filter, start, ef, scoreCountMax, context);
    }

    /// <summary>Links a node that is in the store and has its layers into the graph.</summary>
    public void Insert<TSpace, TScorer>(TSpace space, TScorer scorer, uint node, SearchContext context)
        where TSpace : struct, ISpace<TScorer>
        where TScorer : struct, IScorer
    {
        int level = links.Head(node)->Level;
        if (Entry is { } entry && entry.Level >= level)
        {
            Link(space, scorer, node, level, entry, context);
            return;
        }

        // One in M^level nodes raises the entry; only those wait for each other.
        lock (_entryLock)
        {
            if (Entry is { } current)
            {
                Link(space, scorer, node, level, current, context);
                if (current.Level >= level)
                {
                    return;
                }
            }
            else
            {
                links.Head(node)->IsInTree = true;
            }

            Entry = (node, level);
        }
    }

    public void Dispose() => links.Dispose();

    private void Link<TSpace, TScorer>(TSpace space, TScorer scorer, uint node, int level, (uint Node, int Level) entry, SearchContext context)
        where TSpace : struct, ISpace<TScorer>
        where TScorer : struct, IScorer
    {
        context.TieMask = TieMask(node);
        var start = Descend(scorer, entry.Node, entry.Level, level, context);
        var top = Math.Min(level, entry.Level);
        var neighbours = new uint[top + 1][];
        for (var layer = top; layer >= 0; layer--)
        {
            SearchLayer(scorer, start, efConstruction, layer, context);
            CollectNeighbours(node, context);
            start = context.Beam.Count > 0 ? SortKey.Node(context.Beam.Keys[0]) ^ context.TieMask : start;
            Choose<TSpace, TScorer>(space, links.M, context.TieMask, [], context);
            neighbours[layer] = [.. context.Chosen];
        }

        // From below: who comes down by way of this node must be able to go on from it.
        for (var layer = 0; layer <= top; layer++)
        {
            Enter(node); // a pass over deleted nodes may be at it
            LinkTable.Replace(links.List(node, layer), links.LinkCountMax(layer), neighbours[layer]);
            Leave(node);
            if (layer == 0)
            {
                Hang<TSpace, TScorer>(space, node, context);
            }

            foreach (var neighbour in neighbours[layer])
            {
                Connect<TSpace, TScorer>(space, neighbour, node, layer, asTree: false, context);
            }
        }
    }

    /// <summary>
    /// What the last search found for a new node. Deleted nodes only where there are too few others: their links are replaced when they are taken out
    /// of the graph, and until then the new node must be reachable by way of them.
    /// </summary>
    private void CollectNeighbours(uint node, SearchContext context)
    {
        CollectNeighbours(node, withDeleted: false, context);
        if (context.Choices.Count < links.M)
        {
            CollectNeighbours(node, withDeleted: true, context);
        }
    }

    private void CollectNeighbours(uint node, bool withDeleted, SearchContext context)
    {
        context.Choices.Clear();
        foreach (var key in context.Beam.Keys)
        {
            var found = SortKey.Node(key) ^ context.TieMask;
            if (found != node && (withDeleted || !IsDeleted(found)))
            {
                context.Choices.Add(key & ~SortKey.Mark);
            }
        }
    }

    /// <summary>
    /// Adds a link from <paramref name="from"/> to <paramref name="to"/>; a full list is chosen anew. As an edge of the spanning tree it goes to the front
    /// of the list, and stays; a node that has its share of those gets it as any other link.
    /// </summary>
    /// <returns>Whether it is an edge of the tree, if it was to be one.</returns>
    private bool Connect<TSpace, TScorer>(TSpace space, uint from, uint to, int layer, bool asTree, SearchContext context)
        where TSpace : struct, ISpace<TScorer>
        where TScorer : struct, IScorer
    {
        var max = links.LinkCountMax(layer);
        Enter(from);
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
                ChooseAnew<TSpace, TScorer>(space, from, to, layer, asTree, context);
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
            Leave(from);
        }
    }

    /// <summary>Chooses among the links of a full list and one more.</summary>
    private void ChooseAnew<TSpace, TScorer>(TSpace space, uint from, uint to, int layer, bool asTree, SearchContext context)
        where TSpace : struct, ISpace<TScorer>
        where TScorer : struct, IScorer
    {
        var max = links.LinkCountMax(layer);
        var list = links.List(from, layer);
        var scorer = space.ForNode(from, context.Query.Node);
        var mask = TieMask(from);
        context.Choices.Clear();
        context.Choices.Add(SortKey.From(scorer.Score(to), to ^ mask));
        for (var i = 0; i < max; i++)
        {
            scorer.Prefetch(list[i] - 1);
        }

        for (var i = 0; i < max; i++)
        {
            context.Choices.Add(SortKey.From(scorer.Score(list[i] - 1), (list[i] - 1) ^ mask));
        }

        CollectTree(from, layer, context);
        if (asTree)
        {
            context.Tree.Add(to);
        }

        SetChosen<TSpace, TScorer>(space, from, layer, context);
    }

    /// <summary>Takes over the nodes that a list leads to as edges of the spanning tree.</summary>
    private void CollectTree(uint node, int layer, SearchContext context)
    {
        context.Tree.Clear();
        for (var i = 0; layer == 0 && i < links.Head(node)->TreeCount; i++)
        {
            context.Tree.Add(links.List(node, layer)[i] - 1);
        }
    }

    /// <summary>Replaces a list by what is chosen of the choices, the edges of the spanning tree first.</summary>
    private void SetChosen<TSpace, TScorer>(TSpace space, uint node, int layer, SearchContext context)
        where TSpace : struct, ISpace<TScorer>
        where TScorer : struct, IScorer
    {
        var max = links.LinkCountMax(layer);
        context.Choices.Sort();
        Choose<TSpace, TScorer>(space, max, TieMask(node), CollectionsMarshal.AsSpan(context.Tree), context);
        LinkTable.Replace(links.List(node, layer), max, CollectionsMarshal.AsSpan(context.Chosen));
        if (layer == 0)
        {
            links.Head(node)->TreeCount = (byte)context.Tree.Count;
        }
    }

    /// <summary>
    /// The paper's heuristic (its algorithm 4): of the choices, nearest first, those that are nearer to the node than to any chosen before. So links
    /// lead in different directions, and between clusters. Copies of one vector are as near to each other as to the node, and would take every link:
    /// a text that stands in the data a hundred times would be an island. At most half of the links lead to such, and which of them is left to
    /// <see cref="TieMask"/>, else all would lead to the same few.
    /// </summary>
    /// <param name="space">Where the nodes are.</param>
    /// <param name="countMax">How many to choose at most.</param>
    /// <param name="mask">What the nodes are masked with in the choices' keys.</param>
    /// <param name="tree">Choices that are chosen in any case, and come first.</param>
    /// <param name="context">Has the choices, sorted, and gets the chosen.</param>
    private static void Choose<TSpace, TScorer>(TSpace space, int countMax, uint mask, ReadOnlySpan<uint> tree, SearchContext context)
        where TSpace : struct, ISpace<TScorer>
        where TScorer : struct, IScorer
    {
        var chosen = context.Chosen;
        chosen.Clear();
        context.ChosenScores.Clear();
        var (tieCount, treeCount) = (0, 0);
        foreach (var key in context.Choices)
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

            if ((IsDiverse<TSpace, TScorer>(space, candidate, SortKey.Score(key), context, out var isTie) && (!isTie || ++tieCount <= countMax / 2)) || isInTree)
            {
                chosen.Add(candidate);
                context.ChosenScores.Add(SortKey.Score(key));
                treeCount += isInTree ? 1 : 0;
            }
        }

        // The scores are of no use any more, so only the nodes change places.
        for (var (i, first) = (0, 0); first < tree.Length; i++)
        {
            if (tree.Contains(chosen[i]))
            {
                (chosen[i], chosen[first]) = (chosen[first], chosen[i]);
                first++;
            }
        }
    }

    private static bool IsDiverse<TSpace, TScorer>(TSpace space, uint candidate, float score, SearchContext context, out bool isTie)
        where TSpace : struct, ISpace<TScorer>
        where TScorer : struct, IScorer
    {
        isTie = false;
        if (context.Chosen.Count == 0)
        {
            return true;
        }

        // Equal but for the rounding of the sums.
        var tolerance = TieTolerance * MathF.Max(1f, MathF.Abs(score));
        var scorer = space.ForNode(candidate, context.Query.OtherNode);
        for (var i = 0; i < context.Chosen.Count; i++)
        {
            var between = scorer.Score(context.Chosen[i]);
            if (between < score - tolerance)
            {
                return false;
            }

            isTie |= between <= score + tolerance && MathF.Abs(context.ChosenScores[i] - score) <= tolerance;
        }

        return true;
    }

    /// <summary>
    /// Orders nodes of equal score, in keys, differently for each node that chooses among them. Undone by the same operation.
    /// </summary>
    private static uint TieMask(uint node) => ((node + 1) * 2654435769u) >> 4; // Knuth's multiplicative hash, 28 bits as nodes have

    /// <summary>Goes down from <paramref name="level"/> to just above <paramref name="floor"/>, in each layer to the node nearest to the query.</summary>
    private uint Descend<TScorer>(TScorer scorer, uint node, int level, int floor, SearchContext context)
        where TScorer : struct, IScorer
    {
        var best = scorer.Score(node);
        for (; level > floor; level--)
        {
            bool hasMoved;
            do
            {
                hasMoved = false;
                var list = links.List(node, level);
                for (var i = 0; i < links.M && Volatile.Read(ref list[i]) is var link and not 0; i++)
                {
                    var score = scorer.Score(link - 1);
                    context.ScoreCount++;
                    if (score < best)
                    {
                        (best, node, hasMoved) = (score, link - 1, true);
                    }
                }
            }
            while (hasMoved);
        }

        return node;
    }

    private void SearchLayer<TScorer>(TScorer scorer, uint start, int ef, int layer, SearchContext context)
        where TScorer : struct, IScorer
    {
        var beam = context.Beam;
        var pending = context.Pending;
        context.Visited.Reset(links.Capacity);
        beam.Reset(ef);
        context.Visited.Add(start);
        var mask = context.TieMask;
        beam.Add(SortKey.From(scorer.Score(start), start ^ mask));
        while (beam.TryFollow(out var masked))
        {
            var count = Gather(scorer, masked ^ mask, layer, context);
            for (var i = 0; i < count; i++)
            {
                if (beam.Add(SortKey.From(scorer.Score(pending[i]), pending[i] ^ mask)) && layer == 0)
                {
                    links.Prefetch(pending[i]);
                }
            }

            context.ScoreCount += count;
        }
    }

    private bool SearchFiltered<TScorer, TFilter>(TScorer scorer, TFilter filter, uint start, int ef, int scoreCountMax, SearchContext context)
        where TScorer : struct, IScorer
        where TFilter : struct, INodeFilter
    {
        var (candidates, found, pending) = (context.Candidates, context.Found, context.Pending);
        candidates.Clear();
        found.Clear();
        context.Visited.Reset(links.Capacity);
        context.Visited.Add(start);
        pending[0] = start;
        var count = 1;
        while (true)
        {
            for (var i = 0; i < count; i++)
            {
                var key = SortKey.From(scorer.Score(pending[i]), pending[i]);
                if (found.Count == ef && key >= ~found.Peek)
                {
                    continue;
                }

                candidates.Push(key);
                if (filter.Accepts(pending[i]))
                {
                    if (found.Count < ef)
                    {
                        found.Push(~key);
                    }
                    else
                    {
                        found.ReplaceTop(~key);
                    }
                }
            }

            context.ScoreCount += count;
            if (context.ScoreCount > scoreCountMax)
            {
                return false;
            }

            if (candidates.Count == 0 || (found.Count == ef && candidates.Peek >= ~found.Peek))
            {
                break;
            }

            count = Gather(scorer, SortKey.Node(candidates.Pop()), 0, context);
        }

        foreach (var key in found.Keys)
        {
            context.Beam.Add(~key);
        }

        return true;
    }

    /// <summary>Collects the neighbours of a node that were not seen yet, and asks for their vectors while it does.</summary>
    private int Gather<TScorer>(TScorer scorer, uint node, int layer, SearchContext context)
        where TScorer : struct, IScorer
    {
        var (visited, pending) = (context.Visited, context.Pending);
        var list = links.List(node, layer);
        var max = links.LinkCountMax(layer);
        var count = 0;
        for (var i = 0; i < max && Volatile.Read(ref list[i]) is var link and not 0; i++)
        {
            if (visited.Add(link - 1))
            {
                scorer.Prefetch(link - 1);
                pending[count++] = link - 1;
            }
        }

        return count;
    }

    private bool IsDeleted(uint node) => links.Head(node)->State == NodeState.Deleted;

    private void Enter(uint node)
    {
        ref var place = ref _locks[node & (LockCount - 1)];
        if (Interlocked.CompareExchange(ref place, 1, 0) == 0)
        {
            return;
        }

        var wait = default(SpinWait);
        while (Interlocked.CompareExchange(ref place, 1, 0) != 0)
        {
            wait.SpinOnce(sleep1Threshold: -1);
        }
    }

    private void Leave(uint node) => Volatile.Write(ref _locks[node & (LockCount - 1)], 0);
}
