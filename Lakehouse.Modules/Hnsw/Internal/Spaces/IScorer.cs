namespace Lakehouse.Hnsw.Internal.Spaces;

/// <summary>Computes how far nodes are from one query. Implemented by structs, so that the walk is compiled for each kind, without indirect calls.</summary>
internal interface IScorer
{
    /// <summary>The score of a node; smaller is nearer. Comparable only with scores of the same space.</summary>
    float Score(uint node);

    /// <summary>Prefetches the start of the memory that <see cref="Score"/> reads.</summary>
    void Prefetch(uint node);
}
