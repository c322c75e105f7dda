using Lakehouse.Vector.Internal.Metadata;

namespace Lakehouse.Vector.Internal.Index;

/// <summary>
/// The items that a search may return: those that a filter passes and whose ids are allowed. Allowed ids become a bitmap over nodes: each id is looked up once,
/// and each test of an item reads one bit. Valid between <see cref="Hnsw.VectorGraph.Enter"/> and <see cref="Hnsw.VectorGraph.Leave"/> of the caller.
/// </summary>
internal sealed class NodeSelection
{
    // Costs in comparisons of vectors: testing an item with a filter takes about a third of one, reading a bit next to nothing.
    private const double FilterCost = 0.3;
    private const double BitCost = 0.02;

    // The share of items that a filter passes is estimated from this many items.
    private const int SampleCount = 256;

    private readonly VectorIndex _index;
    private readonly bool _hasFilter;

    public NodeSelection(VectorIndex index, FilterNode? filter, IEnumerable<ReadOnlyMemory<byte>>? allowedIds)
    {
        _index = index;
        _hasFilter = filter is not null;
        var bits = allowedIds is null ? null : index.Select(allowedIds);
        AllowedBits = bits;
        AllowedCount = bits?.Sum(word => (long)ulong.PopCount(word));
        Condition = (filter, bits) switch
        {
            (null, null) => null,
            (null, _) => node => Contains(bits, node),
            (_, null) => node => filter.Matches(index.Metadata(node)),
            _ => node => Contains(bits, node) && filter.Matches(index.Metadata(node)),
        };
    }

    /// <summary>How many items have an allowed id; null where every id is allowed.</summary>
    public long? AllowedCount { get; }

    /// <summary>A bit for each node, set where its id is allowed; null where every id is allowed.</summary>
    public ulong[]? AllowedBits { get; }

    /// <summary>The condition on a live node; null for none.</summary>
    public Func<uint, bool>? Condition { get; }

    /// <summary>Returns the cost of a scan, in comparisons of vectors, and the share of items that pass.</summary>
    public double ScanCost(out double share)
    {
        share = Condition is null ? 1 : !_hasFilter && AllowedCount is { } known ? (double)known / Math.Max(1, _index.Count) : Sample();
        return _index.Count * ((Condition is null ? 0 : _hasFilter ? FilterCost : BitCost) + share);
    }

    // Nodes that were added after the bitmap was made have no bit in it.
    private static bool Contains(ulong[] bits, uint node) => node >> 6 < (uint)bits.Length && (bits[node >> 6] >> (int)(node & 63) & 1) != 0;

    /// <summary>Estimates the share from a sample that is spread over all items.</summary>
    private double Sample()
    {
        var nodeCount = _index.Graph.NodeCount;
        var step = Math.Max(1, nodeCount / SampleCount);
        var (seen, passed) = (0, 0);
        for (var node = 0u; node < nodeCount; node += step)
        {
            if (_index.Graph.IsLive(node))
            {
                seen++;
                passed += Condition!(node) ? 1 : 0;
            }
        }

        // Plus 1, so that the share is never 0: a filter that no item of the sample passes may still pass others.
        return (passed + 1.0) / (seen + 1.0);
    }
}
