using Lakehouse.Hnsw.Internal.Search;

namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>The results of a search of a layer, nearest first; valid until the next search in the same context.</summary>
/// <param name="keys">Scores and masked nodes.</param>
/// <param name="mask">The mask of the nodes in the keys.</param>
internal readonly ref struct FoundNodes(ReadOnlySpan<ulong> keys, uint mask)
{
    private readonly ReadOnlySpan<ulong> _keys = keys;

    public int Count => _keys.Length;

    /// <summary>A key, without its mark. The node in it is masked.</summary>
    public ulong Key(int position) => _keys[position] & ~SortKey.Mark;

    public uint Node(int position) => SortKey.Node(_keys[position]) ^ mask;
}
