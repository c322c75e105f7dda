using System.Collections;
using System.Collections.Concurrent;
using Lakehouse.Hnsw.Internal.Graph;
using Lakehouse.Hnsw.Internal.Kernels;
using Lakehouse.Hnsw.Internal.Search;
using Lakehouse.Hnsw.Internal.Spaces;

namespace Lakehouse.Hnsw;

/// <summary>
/// Vectors by node and the graph over them: the whole index except ids, metadata and texts. Any number of threads may search and link at once; one thread at a
/// time may take, fill and free nodes.
/// </summary>
public sealed unsafe class VectorGraph : IDisposable
{
    private readonly VectorStore _store;
    private readonly LinkTable _links;
    private readonly HnswGraph _graph;
    private readonly IWalker _walker;
    private readonly Stack<uint> _free = new();
    private readonly ConcurrentBag<SearchContext> _idle = [];
    private readonly List<SearchContext> _contexts = [];
    private readonly double _levelScale;
    private readonly Random _random;
    private long _epoch = 1;
    private uint _nodeCount;
    private int _deletedCount;

    /// <summary>An empty graph.</summary>
    /// <param name="dimension">The length of its vectors.</param>
    /// <param name="metric">How the distance of two vectors is computed.</param>
    /// <param name="quantization">The form of the vectors that the walk compares.</param>
    /// <param name="m">The paper's M, 2 or more.</param>
    /// <param name="efConstruction">The beam width of an insertion.</param>
    /// <param name="seed">The seed that chooses the layers of nodes.</param>
    public VectorGraph(int dimension, Metric metric, Quantization quantization, int m, int efConstruction, int seed)
    {
        _store = new VectorStore(dimension, metric, quantization);
        _links = new LinkTable(m);
        _graph = new HnswGraph(_links, efConstruction);
        _levelScale = 1 / Math.Log(m);
        _random = new Random(seed);
        _walker = (quantization, metric) switch
        {
            (Quantization.Int8, _) => Create<Int8Space, Int8Space.Scorer, Int8Space, Int8Space.Scorer>(
                new Int8Space(_store, metric), new Int8Space(_store, metric)),
            (Quantization.Binary, Metric.Cosine) => Create<BinarySpace, BinarySpace.Scorer, FloatCosineSpace, FloatCosineSpace.Scorer>(
                new BinarySpace(_store), new FloatCosineSpace(_store)),
            (Quantization.Binary, Metric.L2) => Create<BinarySpace, BinarySpace.Scorer, FloatL2Space, FloatL2Space.Scorer>(
                new BinarySpace(_store), new FloatL2Space(_store)),
            (Quantization.Binary, _) => Create<BinarySpace, BinarySpace.Scorer, FloatDotSpace, FloatDotSpace.Scorer>(
                new BinarySpace(_store), new FloatDotSpace(_store)),
            (_, Metric.Cosine) => Create<FloatCosineSpace, FloatCosineSpace.Scorer, FloatCosineSpace, FloatCosineSpace.Scorer>(
                new FloatCosineSpace(_store), new FloatCosineSpace(_store)),
            (_, Metric.L2) => Create<FloatL2Space, FloatL2Space.Scorer, FloatL2Space, FloatL2Space.Scorer>(new FloatL2Space(_store), new FloatL2Space(_store)),
            _ => Create<FloatDotSpace, FloatDotSpace.Scorer, FloatDotSpace, FloatDotSpace.Scorer>(new FloatDotSpace(_store), new FloatDotSpace(_store)),
        };
    }

    /// <summary>The highest possible layer.</summary>
    public const int LevelMax = LinkTable.LevelMax;

    /// <summary>The highest node that was ever taken, plus 1.</summary>
    public uint NodeCount => Volatile.Read(ref _nodeCount);

    /// <summary>How many nodes can be taken without more memory.</summary>
    public int FreeCount => _free.Count;

    /// <summary>How many nodes are deleted and not freed yet.</summary>
    public int DeletedCount => Volatile.Read(ref _deletedCount);

    /// <summary>The memory of one node, on average.</summary>
    public long NodeSizeBytes => _store.NodeSizeBytes + _links.NodeSizeBytes;

    /// <summary>The memory of the nodes that were ever taken.</summary>
    public long SizeBytes => NodeCount * NodeSizeBytes;

    /// <summary>The most links of a node in a layer above 0; in layer 0 it may have twice as many.</summary>
    public int M => _links.M;

    /// <summary>The node that walks start from, and its layer; null when the graph is empty. Set by callers only while a graph is read from a file.</summary>
    public (uint Node, int Level)? Entry
    {
        get => _graph.Entry;
        set => _graph.Entry = value;
    }

    internal VectorStore Store => _store;

    internal HnswGraph Graph => _graph;

    /// <summary>Begins reading: until the context is passed to <see cref="Leave"/>, no node that can be found now is used for another item.</summary>
    public SearchContext Enter()
    {
        if (!_idle.TryTake(out var context))
        {
            context = new SearchContext(_store.PaddedLength);
            lock (_contexts)
            {
                _contexts.Add(context);
            }
        }

        context.Epoch = Volatile.Read(ref _epoch);
        return context;
    }

    /// <summary>Ends reading.</summary>
    public void Leave(SearchContext context)
    {
        context.Epoch = 0;
        _idle.Add(context);
    }

    /// <summary>Waits until all readers that had entered before this call have left.</summary>
    public void WaitForReaders()
    {
        var epoch = Interlocked.Increment(ref _epoch);
        SearchContext[] contexts;
        lock (_contexts)
        {
            contexts = [.. _contexts];
        }

        foreach (var context in contexts)
        {
            var wait = default(SpinWait);
            while (context.Epoch is var entered && entered != 0 && entered < epoch)
            {
                wait.SpinOnce();
            }
        }
    }

    /// <summary>Takes a free node and stores a vector in it. No other thread finds it before <see cref="Publish"/>.</summary>
    public uint Take(ReadOnlySpan<float> vector)
    {
        var level = (int)Math.Min(-Math.Log(1 - _random.NextDouble()) * _levelScale, LinkTable.LevelMax);
        var node = Take(level);
        _store.Write(node, vector);
        return node;
    }

    /// <summary>Takes a free node and sets its layers to 0 to <paramref name="level"/>. The caller stores its vector.</summary>
    public uint Take(int level)
    {
        if (!_free.TryPop(out var node))
        {
            node = _nodeCount;
            _store.EnsureCapacity(node + 1);
            _links.EnsureCapacity(node + 1);
            Volatile.Write(ref _nodeCount, node + 1);
        }

        _links.SetLevel(node, level);
        return node;
    }

    /// <summary>Makes a node visible, after its vector and the owner's data for it were stored. From now on it may be linked.</summary>
    public void Publish(uint node) => Volatile.Write(ref *(byte*)&_links.Head(node)->State, (byte)NodeState.Linking);

    /// <summary>Links a node into the graph.</summary>
    public void Link(uint node, SearchContext context) => _walker.Insert(node, context);

    /// <summary>
    /// Attaches the nodes to the spanning tree that could not be attached when they were linked, because the nodes near them were being linked as well. Called
    /// after each batch.
    /// </summary>
    public void Settle()
    {
        if (_graph.Apart.IsEmpty)
        {
            return;
        }

        var context = Enter();
        try
        {
            // One thread at a time: of two nodes that are linked only to each other, one must be attached first.
            lock (_graph.Apart)
            {
                while (_graph.Apart.TryDequeue(out var node))
                {
                    _walker.AttachAgain(node, context);
                }
            }
        }
        finally
        {
            Leave(context);
        }
    }

    /// <summary>Makes a linked node visible to searches, unless it was deleted meanwhile.</summary>
    public void Enliven(uint node)
    {
        ref var state = ref *(byte*)&_links.Head(node)->State;
        Interlocked.CompareExchange(ref state, (byte)NodeState.Live, (byte)NodeState.Linking);
    }

    /// <summary>Deletes a published node: searches do not return it any more. Deleting it again changes nothing.</summary>
    public void Delete(uint node)
    {
        ref var state = ref *(byte*)&_links.Head(node)->State;
        if (Interlocked.Exchange(ref state, (byte)NodeState.Deleted) != (byte)NodeState.Deleted)
        {
            Interlocked.Increment(ref _deletedCount);
        }
    }

    /// <summary>The vector of a node as it was given.</summary>
    public ReadOnlySpan<float> Read(uint node) => _store.Read(node);

    /// <summary>Stores the vector of a node while a graph is read from a file.</summary>
    /// <param name="node">A node that <see cref="Take(int)"/> gave.</param>
    /// <param name="fill">Fills the whole vector.</param>
    public void Fill(uint node, Action<Span<float>> fill)
    {
        fill(new Span<float>(_store.Slot(node), _store.Dimension));
        _store.Encode(node);
    }

    /// <summary>The highest layer that a node is in.</summary>
    public int LevelOf(uint node) => _links.Head(node)->Level;

    /// <summary>How many links at the front of a node's list in layer 0 are edges of the spanning tree.</summary>
    public int TreeCountOf(uint node) => _links.Head(node)->TreeCount;

    /// <summary>The length of a list in a layer.</summary>
    public int LinkCountMax(int layer) => _links.LinkCountMax(layer);

    /// <summary>A node's list in a layer that it is in: numbers of nodes plus 1, then zeros. Call it only while no node is being linked.</summary>
    public ReadOnlySpan<uint> Links(uint node, int layer) => new(_links.List(node, layer), _links.LinkCountMax(layer));

    /// <summary>Sets a list of a node while a graph is read from a file. All nodes were taken before; each link leads to a node in that layer.</summary>
    /// <param name="node">The node.</param>
    /// <param name="layer">A layer that it is in.</param>
    /// <param name="links">As <see cref="Links"/>.</param>
    /// <param name="treeCount">In layer 0, how many links at the front are edges of the spanning tree; capped at the number of links and at the limit.</param>
    public void SetLinks(uint node, int layer, ReadOnlySpan<uint> links, int treeCount)
    {
        var list = _links.List(node, layer);
        links.CopyTo(new Span<uint>(list, _links.LinkCountMax(layer)));
        if (layer == 0)
        {
            _links.Head(node)->TreeCount = (byte)Math.Min(Math.Min(treeCount, LinkTable.TreeCountLimit), LinkTable.Count(list, _links.M0));
        }
    }

    /// <summary>Whether a node is deleted and not freed yet.</summary>
    public bool IsDeleted(uint node) => _links.Head(node)->State == NodeState.Deleted;

    /// <summary>Whether searches return a node.</summary>
    public bool IsLive(uint node) => _links.Head(node)->State == NodeState.Live;

    /// <summary>
    /// Finds the nearest live nodes that satisfy <paramref name="condition"/>: at most <paramref name="k"/>, nearest first, with exact distances.
    /// </summary>
    /// <returns>The number of results; -1 when the walk was abandoned after <paramref name="scoreCountMax"/> scores.</returns>
    public int Search(ReadOnlySpan<float> query, int k, int ef, Func<uint, bool>? condition, int scoreCountMax, SearchContext context, List<Neighbour> results)
    {
        results.Clear();
        _store.Prepare(query, context.Query);
        ef = Math.Max(ef, k);
        if (condition is null && DeletedCount == 0)
        {
            _walker.Search(ef, context);
        }
        else if (!_walker.Search(new NodeFilter(_links, condition), ef, scoreCountMax, context))
        {
            return -1;
        }

        Rank(k, context, results);
        return results.Count;
    }

    /// <summary>
    /// Finds the nearest nodes by comparing every live node that satisfies <paramref name="condition"/>. <paramref name="bits"/>, if not null, has a bit set
    /// for every node that can satisfy it; words of 0 are skipped.
    /// </summary>
    public int Scan(ReadOnlySpan<float> query, int k, Func<uint, bool>? condition, ulong[]? bits, SearchContext context, List<Neighbour> results)
    {
        results.Clear();
        _store.Prepare(query, context.Query);
        var found = context.Found;
        found.Clear();
        context.ScoreCount = 0;
        const int wordBits = 64;
        var nodeCount = bits is null ? NodeCount : Math.Min(NodeCount, (uint)bits.Length * wordBits);
        for (var node = 0u; node < nodeCount; node++)
        {
            if (bits is not null && node % wordBits == 0 && bits[node / wordBits] == 0)
            {
                node += wordBits - 1;
                continue;
            }

            if (!IsLive(node) || (condition is not null && !condition(node)))
            {
                continue;
            }

            context.ScoreCount++;
            var key = ~SortKey.From(ExactScore(context.Query, node), node);
            if (found.Count < k)
            {
                found.Push(key);
            }
            else if (key > found.Peek)
            {
                found.ReplaceTop(key);
            }
        }

        while (found.Count > 0)
        {
            Keep(~found.Pop(), results);
        }

        results.Reverse();
        return results.Count;
    }

    /// <summary>Replaces the links to the nodes that are deleted now. Nodes may be linked meanwhile; <see cref="Detach"/> replaces the rest.</summary>
    public void Repair(int threadCount) => Repair(CollectDeleted(), threadCount);

    /// <summary>
    /// Replaces all remaining links to deleted nodes. Call it while no node is being linked. Afterwards no node links to them, and when the readers that
    /// entered before have left, they can be passed to <see cref="Free"/>.
    /// </summary>
    public IReadOnlyList<uint> Detach(int threadCount)
    {
        var deleted = CollectDeleted();
        Repair(deleted, threadCount);
        MoveEntry();
        if (deleted.HasAnySet())
        {
            Span();
        }

        var detached = new List<uint>();
        for (var node = 0; node < deleted.Length; node++)
        {
            if (deleted[node])
            {
                detached.Add((uint)node);
            }
        }

        return detached;
    }

    /// <summary>Completes the spanning tree after a graph was read or nodes were removed. Call it while no node is being linked.</summary>
    /// <returns>How many edges were added.</returns>
    public int Span()
    {
        var context = Enter();
        try
        {
            return _walker.CompleteTree(NodeCount, context);
        }
        finally
        {
            Leave(context);
        }
    }

    /// <summary>Makes detached nodes available again.</summary>
    public void Free(IReadOnlyList<uint> detached)
    {
        foreach (var node in detached)
        {
            _links.ClearLevel(node);
            _free.Push(node);
        }

        Interlocked.Add(ref _deletedCount, -detached.Count);
    }

    /// <summary>Frees the memory. No reader may be in the graph.</summary>
    public void Dispose()
    {
        _graph.Dispose();
        _store.Dispose();
    }

    /// <summary>Moves the entry to the highest live node, or empties the graph when there is none.</summary>
    private void MoveEntry()
    {
        if (_graph.Entry is not { } entry || IsLive(entry.Node))
        {
            return;
        }

        (uint Node, int Level)? highest = null;
        for (var node = 0u; node < NodeCount; node++)
        {
            if (IsLive(node) && (highest is null || LevelOf(node) > highest.Value.Level))
            {
                highest = (node, LevelOf(node));
            }
        }

        _graph.Entry = highest;
    }

    private Walker<TWalk, TWalkScorer, TBuild, TBuildScorer> Create<TWalk, TWalkScorer, TBuild, TBuildScorer>(TWalk walk, TBuild build)
        where TWalk : struct, ISpace<TWalkScorer>
        where TWalkScorer : struct, IScorer
        where TBuild : struct, ISpace<TBuildScorer>
        where TBuildScorer : struct, IScorer => new(_graph, _store, walk, build);

    /// <summary>Takes the best nodes of the beam; where the walk compared codes, they are ranked again by their float32 vectors.</summary>
    private void Rank(int k, SearchContext context, List<Neighbour> results)
    {
        var keys = context.Beam.Keys;
        if (_store.Quantization == Quantization.None)
        {
            for (var i = 0; i < keys.Length && results.Count < k; i++)
            {
                Keep(keys[i], results);
            }

            return;
        }

        // 8-bit codes move a neighbour by a rank or two, so a few candidates are enough; signs are so coarse that the whole beam is compared again.
        var count = _store.Quantization == Quantization.Int8 ? Math.Min(keys.Length, (2 * k) + 4) : keys.Length;
        var choices = context.Choices;
        choices.Clear();
        foreach (var key in keys[..count])
        {
            Prefetch.Lines((byte*)_store.Slot(SortKey.Node(key)), 4);
        }

        foreach (var key in keys[..count])
        {
            choices.Add(SortKey.From(ExactScore(context.Query, SortKey.Node(key)), SortKey.Node(key)));
        }

        choices.Sort();
        for (var i = 0; i < count && results.Count < k; i++)
        {
            Keep(choices[i], results);
        }
    }

    // The walk may have visited both the old and the new node of an item that is being replaced; at most one of them is live at any time.
    private void Keep(ulong key, List<Neighbour> results)
    {
        if (IsLive(SortKey.Node(key)))
        {
            results.Add(new Neighbour(SortKey.Node(key), _store.ToDistance(SortKey.Score(key))));
        }
    }

    private float ExactScore(QueryScratch query, uint node) => _store.Metric switch
    {
        Metric.Cosine => new FloatCosineSpace(_store).ForQuery(query).Score(node),
        Metric.L2 => new FloatL2Space(_store).ForQuery(query).Score(node),
        _ => new FloatDotSpace(_store).ForQuery(query).Score(node),
    };

    private BitArray CollectDeleted()
    {
        var deleted = new BitArray((int)NodeCount);
        for (var node = 0u; node < deleted.Length; node++)
        {
            deleted[(int)node] = IsDeleted(node);
        }

        return deleted;
    }

    private void Repair(BitArray deleted, int threadCount)
    {
        if (!deleted.HasAnySet())
        {
            return;
        }

        const int run = 1_024;
        var runs = ((int)NodeCount + run - 1) / run;
        Parallel.For(0, runs, new ParallelOptions { MaxDegreeOfParallelism = threadCount }, i =>
        {
            var context = Enter();
            try
            {
                var end = Math.Min(NodeCount, (uint)((i + 1) * run));
                for (var node = (uint)(i * run); node < end; node++)
                {
                    if (_links.Head(node)->HasItem)
                    {
                        _walker.Heal(node, deleted, context);
                    }
                }
            }
            finally
            {
                Leave(context);
            }
        });
    }
}
