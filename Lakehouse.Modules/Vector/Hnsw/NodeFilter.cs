namespace Lakehouse.Vector.Hnsw;

/// <summary>Accepts live nodes that a condition, where there is one, holds for.</summary>
internal readonly unsafe struct NodeFilter(LinkTable links, Func<uint, bool>? condition) : INodeFilter
{
    /// <inheritdoc/>
    public bool Accepts(uint node) => links.Head(node)->State == NodeState.Live && (condition is null || condition(node));
}
