namespace Lakehouse.Hnsw;

/// <summary>A node that a search has found.</summary>
/// <param name="Node">The node.</param>
/// <param name="Distance">The distance of its float32 vector from the query.</param>
public readonly record struct Neighbour(uint Node, float Distance);
