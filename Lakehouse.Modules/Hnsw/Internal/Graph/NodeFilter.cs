namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>Accepts nodes that hold an item for which a condition, where there is one, holds.</summary>
internal readonly unsafe struct NodeFilter(LinkTable links, Func<uint, bool>? condition) : INodeFilter
{
    /// <inheritdoc/>
    public bool Accepts(uint node) => links.Head(node)->HasItem && (condition is null || condition(node));
}
