namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>Accepts nodes that hold an item that is not deleted and satisfies the condition, if there is one.</summary>
internal readonly unsafe struct NodeFilter(LinkTable links, Func<uint, bool>? condition) : INodeFilter
{
    /// <inheritdoc/>
    public bool Accepts(uint node) => links.Head(node)->HasItem && (condition is null || condition(node));
}
