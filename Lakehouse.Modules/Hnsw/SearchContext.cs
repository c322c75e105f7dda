using Lakehouse.Hnsw.Internal.Search;

namespace Lakehouse.Hnsw;

/// <summary>The buffers of one walk, reused by later walks. Obtained from <see cref="VectorGraph.Enter"/>. Not thread-safe: for one walk at a time.</summary>
public sealed class SearchContext
{
    private long _epoch;

    internal SearchContext(int paddedLength) => Query = new QueryScratch(paddedLength);

    /// <summary>How many scores the last walk or scan computed.</summary>
    public int ScoreCount { get; internal set; }

    /// <summary>The query.</summary>
    internal QueryScratch Query { get; }

    internal VisitedSet Visited { get; } = new();

    internal Beam Beam { get; } = new();

    /// <summary>In a walk with a filter: the keys of the nodes to follow, nearest first.</summary>
    internal KeyHeap Candidates { get; } = new();

    /// <summary>In a walk with a filter: the complements of the keys of the results, farthest first.</summary>
    internal KeyHeap Found { get; } = new();

    /// <summary>Neighbours that the walk has not visited yet.</summary>
    internal uint[] Pending { get; } = new uint[256];

    /// <summary>The candidates that neighbours are chosen from, for <see cref="Internal.Graph.NeighbourLists{TSpace, TScorer}"/> and its callers.</summary>
    internal List<ulong> Choices { get; } = [];

    /// <summary>The chosen neighbours.</summary>
    internal List<uint> Chosen { get; } = [];

    /// <summary>The scores of the chosen neighbours.</summary>
    internal List<float> ChosenScores { get; } = [];

    /// <summary>The edges of one node in the spanning tree.</summary>
    internal List<uint> Tree { get; } = [];

    /// <summary>The epoch in which it was entered; 0 when it is not in use.</summary>
    internal long Epoch
    {
        get => Volatile.Read(ref _epoch);
        set => Interlocked.Exchange(ref _epoch, value);
    }
}
