using Lakehouse.Hnsw.Internal.Search;

namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>What a search of a layer has found, nearest first; good until the next search in the same context.</summary>
/// <param name="keys">Scores and masked nodes.</param>
/// <param name="mask">What the nodes are masked with.</param>
internal readonly ref struct FoundNodes(ReadOnlySpan<ulong> keys, uint mask)
{
    private readonly ReadOnlySpan<ulong> _keys = keys;

    public int Count => _keys.Length;

    /// <summary>A key, without its mark. The node in it is masked.</summary>
    public ulong Key(int position) => _keys[position] & ~SortKey.Mark;

    public uint Node(int position) => SortKey.Node(_keys[position]) ^ mask;
}
