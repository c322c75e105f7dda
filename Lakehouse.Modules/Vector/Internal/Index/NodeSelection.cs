using Lakehouse.Vector.Internal.Metadata;

namespace Lakehouse.Vector.Internal.Index;

/// <summary>
/// The items that a search may return: those that a filter passes and whose ids are allowed. Allowed ids become a bitmap over nodes, which costs a look-up each
/// once, and a bit each time an item is met. For readers of the index, as long as they have entered it.
/// </summary>
internal sealed class NodeSelection
{
    // An item is tested by a filter for about a third of what comparing its vector costs; a bit costs next to nothing.
    private const double FilterCost = 0.3;
    private const double BitCost = 0.02;

    // A filter's share is estimated from so many items.
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

    /// <summary>How many items have an allowed id; null where any is allowed.</summary>
    public long? AllowedCount { get; }

    /// <summary>Their bits, by node; null likewise.</summary>
    public ulong[]? AllowedBits { get; }

    /// <summary>What a node must be beside alive; null for nothing.</summary>
    public Func<uint, bool>? Condition { get; }

    /// <summary>What a scan costs, in comparisons of vectors, and the share of items that pass.</summary>
    public double ScanCost(out double share)
    {
        share = Condition is null ? 1 : !_hasFilter && AllowedCount is { } known ? (double)known / Math.Max(1, _index.Count) : Sample();
        return _index.Count * ((Condition is null ? 0 : _hasFilter ? FilterCost : BitCost) + share);
    }

    // Nodes that came later than the bitmap are beyond it.
    private static bool Contains(ulong[] bits, uint node) => node >> 6 < (uint)bits.Length && (bits[node >> 6] >> (int)(node & 63) & 1) != 0;

    /// <summary>The share, from a sample that is spread over all items.</summary>
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

        // One more than was seen: a filter that no item of the sample passes may still pass some.
        return (passed + 1.0) / (seen + 1.0);
    }
}
