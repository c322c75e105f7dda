namespace Lakehouse.Vector.Hnsw;

/// <summary>What one walk needs, kept for the next one. Not thread-safe: one walk at a time has it.</summary>
internal sealed class SearchContext(int paddedLength)
{
    private long _epoch;

    /// <summary>The query.</summary>
    public QueryScratch Query { get; } = new(paddedLength);

    public VisitedSet Visited { get; } = new();

    public Beam Beam { get; } = new();

    /// <summary>Of a walk with a filter: what is to be followed, nearest first.</summary>
    public KeyHeap Candidates { get; } = new();

    /// <summary>Of a walk with a filter: complements of what was found, farthest first.</summary>
    public KeyHeap Found { get; } = new();

    /// <summary>Neighbours that were not seen yet.</summary>
    public uint[] Pending { get; } = new uint[256];

    /// <summary>What a choice of neighbours is made from, and what was chosen.</summary>
    public List<ulong> Choices { get; } = [];

    public List<uint> Chosen { get; } = [];

    /// <summary>What has to be chosen.</summary>
    public List<uint> Tree { get; } = [];

    /// <summary>The scores of what was chosen.</summary>
    public List<float> ChosenScores { get; } = [];

    /// <summary>What nodes are masked with in the beam's keys.</summary>
    public uint TieMask { get; set; }

    /// <summary>How many scores the last walk took.</summary>
    public int ScoreCount { get; set; }

    /// <summary>The epoch in which it is in use; 0 when it is not.</summary>
    public long Epoch
    {
        get => Volatile.Read(ref _epoch);
        set => Interlocked.Exchange(ref _epoch, value);
    }
}
