using Lakehouse.Hnsw.Internal.Search;

namespace Lakehouse.Hnsw;

/// <summary>What one walk needs, kept for the next one; from <see cref="VectorGraph.Enter"/>. Not thread-safe: one walk at a time has it.</summary>
public sealed class SearchContext
{
    private long _epoch;

    internal SearchContext(int paddedLength) => Query = new QueryScratch(paddedLength);

    /// <summary>How many scores the last walk or scan took.</summary>
    public int ScoreCount { get; internal set; }

    /// <summary>The query.</summary>
    internal QueryScratch Query { get; }

    internal VisitedSet Visited { get; } = new();

    internal Beam Beam { get; } = new();

    /// <summary>Of a walk with a filter: what is to be followed, nearest first.</summary>
    internal KeyHeap Candidates { get; } = new();

    /// <summary>Of a walk with a filter: complements of what was found, farthest first.</summary>
    internal KeyHeap Found { get; } = new();

    /// <summary>Neighbours that were not seen yet.</summary>
    internal uint[] Pending { get; } = new uint[256];

    /// <summary>Room for what neighbours are chosen from, for <see cref="Internal.Graph.NeighbourLists{TSpace, TScorer}"/> and its callers.</summary>
    internal List<ulong> Choices { get; } = [];

    /// <summary>Room for what was chosen.</summary>
    internal List<uint> Chosen { get; } = [];

    /// <summary>Room for its scores.</summary>
    internal List<float> ChosenScores { get; } = [];

    /// <summary>Room for the edges of the spanning tree of one node.</summary>
    internal List<uint> Tree { get; } = [];

    /// <summary>The epoch in which it is in use; 0 when it is not.</summary>
    internal long Epoch
    {
        get => Volatile.Read(ref _epoch);
        set => Interlocked.Exchange(ref _epoch, value);
    }
}
