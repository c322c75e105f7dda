namespace Lakehouse.Vector.Internal.Keyword;

/// <summary>A document that contains terms of a query.</summary>
/// <param name="Node">The node of its item.</param>
/// <param name="Score">Its BM25 score, above 0.</param>
internal readonly record struct KeywordMatch(uint Node, float Score);
