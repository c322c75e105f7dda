namespace Lakehouse.Vector;

/// <summary>The results of a hybrid search.</summary>
/// <param name="Hits">The best first.</param>
/// <param name="Way">How the vectors were searched.</param>
/// <param name="AllowedCount">How many items of the index were among the allowed ids; null where any was allowed.</param>
/// <param name="CandidateCount">How many items the rankings hold together.</param>
/// <param name="Owner">What the module that fills the index keeps with it; null for nothing.</param>
public sealed record HybridAnswer(IReadOnlyList<HybridHit> Hits, SearchWay Way, long? AllowedCount, int CandidateCount, IOwnerRecord? Owner);
