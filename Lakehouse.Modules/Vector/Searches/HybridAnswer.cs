namespace Lakehouse.Vector;

/// <summary>The results of a hybrid search.</summary>
/// <param name="Hits">The best first.</param>
/// <param name="Way">How the vectors were searched.</param>
/// <param name="AllowedCount">How many items of the index have an allowed id; null where every id was allowed.</param>
/// <param name="CandidateCount">How many different items the two rankings contain.</param>
/// <param name="Owner">The record of the module that fills the index; null where there is none.</param>
/// <param name="Version">The index and a change of it: the answer is made of this one, all before it, and perhaps some after it.</param>
public sealed record HybridAnswer(
    IReadOnlyList<HybridHit> Hits, SearchWay Way, long? AllowedCount, int CandidateCount, IOwnerRecord? Owner, IndexVersion Version = default);
