namespace Lakehouse.Vector;

/// <summary>A result of a hybrid search.</summary>
/// <param name="Item">The item.</param>
/// <param name="Score">
/// The fused score, by which the results are ordered, largest first. A search with one ranking has the score of that ranking's part of the fusion.
/// </param>
/// <param name="VectorRank">Its rank by distance, from 1; null where the item is not in that ranking.</param>
/// <param name="Distance">Its distance from the query; null where the item is not in that ranking.</param>
/// <param name="KeywordRank">Its rank by keywords, from 1; null where the item is not in that ranking.</param>
/// <param name="KeywordScore">Its BM25 score; null where the item is not in that ranking.</param>
public sealed record HybridHit(StoredItem Item, double Score, int? VectorRank, float? Distance, int? KeywordRank, float? KeywordScore);
