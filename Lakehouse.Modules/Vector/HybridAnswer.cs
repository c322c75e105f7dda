namespace Lakehouse.Vector;

/// <summary>The results of a hybrid search.</summary>
/// <param name="Hits">The best first.</param>
/// <param name="Way">How the vectors were searched.</param>
/// <param name="AllowedCount">How many items of the index were among the allowed ids; null where any was allowed.</param>
/// <param name="CandidateCount">How many items the rankings hold together.</param>
/// <param name="Origin">Where the items come from; null where nothing was imported.</param>
public sealed record HybridAnswer(IReadOnlyList<HybridHit> Hits, SearchWay Way, long? AllowedCount, int CandidateCount, VectorOrigin? Origin);
