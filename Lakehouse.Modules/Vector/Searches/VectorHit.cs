namespace Lakehouse.Vector;

/// <summary>A result of a search.</summary>
/// <param name="Item">The item.</param>
/// <param name="Distance">How far it is, by its float32 vector.</param>
public sealed record VectorHit(StoredItem Item, float Distance);
