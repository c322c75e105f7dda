namespace Lakehouse.Vector;

/// <summary>The result of an add.</summary>
/// <param name="AddedCount">Items with ids that were new.</param>
/// <param name="UpdatedCount">Items that replaced others of the same id.</param>
/// <param name="ItemCount">How many items the index held afterwards.</param>
/// <param name="Sequence">The number of the change: what a search can wait for in another process.</param>
public sealed record AddResult(int AddedCount, int UpdatedCount, long ItemCount, long Sequence = 0);
