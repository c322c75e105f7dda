using System.Collections.Concurrent;

namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>
/// The hierarchical navigable small world graph of Malkov and Yashunin (arXiv 1603.09320): the links, the entry node of walks, and the locks of the lists. The
/// operations on it are separate types:
/// <see cref="GraphSearch{TScorer}"/>, <see cref="GraphBuilder{TSpace, TScorer}"/>, <see cref="GraphHealer{TSpace, TScorer}"/>,
/// <see cref="SpanningTree{TSpace, TScorer}"/>. Any number of threads may search and insert at once: a search takes no lock, an insertion locks one list at a
/// time.
/// </summary>
/// <remarks>
/// Deviations from the paper: a node gets at most M links in layer 0 when it is inserted and may later have up to 2M, as in the authors' own library; a search
/// of a layer keeps candidates and results in one array (<see cref="Search.Beam"/>); and some links of layer 0 (the spanning tree) are never removed, so that
/// walks can reach every node.
/// </remarks>
internal sealed unsafe class HnswGraph(LinkTable links, int efConstruction) : IDisposable
{
    private const int LockCount = 1 << 12;

    private readonly int[] _locks = new int[LockCount];
    private long _entry; // level << 32 | node + 1; 0: the graph is empty

    public LinkTable Links => links;

    /// <summary>Nodes that could not be attached to the spanning tree when they were linked, because the nodes near them were being linked as well.</summary>
    public ConcurrentQueue<uint> Apart { get; } = new();

    /// <summary>The beam width of an insertion.</summary>
    public int EfConstruction => efConstruction;

    /// <summary>Held while the entry node is changed.</summary>
    public Lock EntryLock { get; } = new();

    /// <summary>The node that every walk starts from, and its layer. Null when the graph is empty.</summary>
    public (uint Node, int Level)? Entry
    {
        get => Volatile.Read(ref _entry) is var entry and not 0 ? ((uint)entry - 1, (int)(entry >> 32)) : null;
        set => Volatile.Write(ref _entry, value is { } v ? ((long)v.Level << 32) | (v.Node + 1) : 0);
    }

    public bool IsDeleted(uint node) => links.Head(node)->State == NodeState.Deleted;

    /// <summary>Locks the lists of a node. Several nodes share a lock.</summary>
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

    /// <summary>The mask that is XORed with nodes in keys, so that each node that chooses neighbours orders nodes of equal score differently.</summary>
    public static uint TieMask(uint node) => ((node + 1) * 2654435769u) >> 4; // Knuth's multiplicative hash, 28 bits as nodes have

    public void Dispose() => links.Dispose();
}
