using System.Collections.Concurrent;

namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>
/// The hierarchical navigable small world graph of Malkov and Yashunin (arXiv 1603.09320): the links, where walks start, and the locks of the lists. What is
/// done with it are types of their own:
/// <see cref="GraphSearch{TScorer}"/>, <see cref="GraphBuilder{TSpace, TScorer}"/>, <see cref="GraphHealer{TSpace, TScorer}"/>,
/// <see cref="SpanningTree{TSpace, TScorer}"/>. Any number of threads may search and insert at once: searchers take no lock, an inserter locks one list at a
/// time.
/// </summary>
/// <remarks>
/// Deviations from the paper: a node in layer 0 may have 2M links from the start of a prune but gets at most M when it is inserted, as the authors' own library
/// has it; a search of a layer keeps candidates and results in one array (<see cref="Search.Beam"/>); and some links of layer 0 are never given up, so that a
/// walk can get everywhere (the spanning tree).
/// </remarks>
internal sealed unsafe class HnswGraph(LinkTable links, int efConstruction) : IDisposable
{
    private const int LockCount = 1 << 12;

    private readonly int[] _locks = new int[LockCount];
    private long _entry; // level << 32 | node + 1; 0: the graph is empty

    public LinkTable Links => links;

    /// <summary>Nodes that found nothing to hang on when they were linked, because what is near was being linked itself.</summary>
    public ConcurrentQueue<uint> Apart { get; } = new();

    /// <summary>The beam of an insertion.</summary>
    public int EfConstruction => efConstruction;

    /// <summary>Held by who moves the entry.</summary>
    public Lock EntryLock { get; } = new();

    /// <summary>The node that every walk starts from, and its layer. Null when the graph is empty.</summary>
    public (uint Node, int Level)? Entry
    {
        get => Volatile.Read(ref _entry) is var entry and not 0 ? ((uint)entry - 1, (int)(entry >> 32)) : null;
        set => Volatile.Write(ref _entry, value is { } v ? ((long)v.Level << 32) | (v.Node + 1) : 0);
    }

    public bool IsDeleted(uint node) => links.Head(node)->State == NodeState.Deleted;

    /// <summary>Locks the lists of a node, and of those that share its lock.</summary>
    public void LockLists(uint node)
    {
        ref var held = ref _locks[node & (LockCount - 1)];
        if (Interlocked.CompareExchange(ref held, 1, 0) == 0)
        {
            return;
        }

        var wait = default(SpinWait);
        while (Interlocked.CompareExchange(ref held, 1, 0) != 0)
        {
            wait.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>Ends <see cref="LockLists"/>.</summary>
    public void UnlockLists(uint node) => Volatile.Write(ref _locks[node & (LockCount - 1)], 0);

    /// <summary>Orders nodes of equal score, in keys, differently for each node that chooses among them. Undone by the same operation.</summary>
    public static uint TieMask(uint node) => ((node + 1) * 2654435769u) >> 4; // Knuth's multiplicative hash, 28 bits as nodes have

    public void Dispose() => links.Dispose();
}
