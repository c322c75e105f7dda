using Lakehouse.Hnsw.Internal.Spaces;

namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>Decides which nodes a search may return. Implemented by structs, for the same reason as <see cref="IScorer"/>.</summary>
internal interface INodeFilter
{
    /// <summary>True when the node may be returned.</summary>
    bool Accepts(uint node);
}
