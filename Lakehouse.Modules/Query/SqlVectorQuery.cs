namespace Lakehouse.Query;

/// <summary>One search that a SQL query makes.</summary>
/// <param name="Text">What to search for; null where <paramref name="Vector"/> is given.</param>
/// <param name="Vector">The vector to search for; null where <paramref name="Text"/> is given.</param>
/// <param name="K">How many hits.</param>
/// <param name="Filter">A condition on metadata, JSON; null for none.</param>
/// <param name="Ef">The beam width of the search (EfSearch); null for the index's own.</param>
public sealed record SqlVectorQuery(string? Text, ReadOnlyMemory<float>? Vector, long K, string? Filter, long? Ef);
