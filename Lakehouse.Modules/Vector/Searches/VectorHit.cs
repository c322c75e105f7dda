namespace Lakehouse.Vector;

/// <summary>A result of a search.</summary>
/// <param name="Item">The item.</param>
/// <param name="Distance">Its distance from the query, computed from the float32 vectors.</param>
public sealed record VectorHit(StoredItem Item, float Distance);
