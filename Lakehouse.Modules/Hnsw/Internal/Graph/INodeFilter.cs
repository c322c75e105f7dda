using Lakehouse.Hnsw.Internal.Spaces;

namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>Which nodes a search may return. A struct, for the same reason as <see cref="IScorer"/>.</summary>
internal interface INodeFilter
{
    /// <summary>True when the node may be returned.</summary>
    bool Accepts(uint node);
}
