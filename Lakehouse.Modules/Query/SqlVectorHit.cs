namespace Lakehouse.Query;

/// <summary>A hit for SQL.</summary>
/// <param name="Id">The item's id.</param>
/// <param name="Distance">Its distance from the query.</param>
/// <param name="Metadata">Its metadata, a JSON object in UTF-8.</param>
public sealed record SqlVectorHit(string Id, float Distance, ReadOnlyMemory<byte> Metadata);
