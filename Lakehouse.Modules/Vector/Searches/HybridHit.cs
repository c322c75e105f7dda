namespace Lakehouse.Vector;

/// <summary>A result of a hybrid search.</summary>
/// <param name="Item">The item.</param>
/// <param name="Score">
/// The fused score, which the results are ordered by, the largest first. Of a search by one ranking alone it is that of a fusion with nothing.
/// </param>
/// <param name="VectorRank">Its rank by distance, from 1; null where it is not among the nearest.</param>
/// <param name="Distance">Its distance; null likewise.</param>
/// <param name="KeywordRank">Its rank by keywords, from 1; null where it is not among the best.</param>
/// <param name="KeywordScore">Its BM25 score; null likewise.</param>
public sealed record HybridHit(StoredItem Item, double Score, int? VectorRank, float? Distance, int? KeywordRank, float? KeywordScore);
