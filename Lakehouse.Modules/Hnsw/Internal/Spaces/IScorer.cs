namespace Lakehouse.Hnsw.Internal.Spaces;

/// <summary>How far nodes are from one query. A struct, so that the walk over the graph is compiled for each kind and calls nothing indirectly.</summary>
internal interface IScorer
{
    /// <summary>Smaller is nearer. Only comparable with scores of the same space.</summary>
    float Score(uint node);

    /// <summary>Asks for the start of what <see cref="Score"/> will read.</summary>
    void Prefetch(uint node);
}
