namespace Lakehouse.Vector;

/// <summary>The result of an add.</summary>
/// <param name="AddedCount">Items with ids that were new.</param>
/// <param name="UpdatedCount">Items that replaced others of the same id.</param>
/// <param name="ItemCount">How many items the index held afterwards.</param>
public sealed record AddResult(int AddedCount, int UpdatedCount, long ItemCount);
