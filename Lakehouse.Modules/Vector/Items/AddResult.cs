namespace Lakehouse.Vector;

/// <summary>What an add did.</summary>
/// <param name="AddedCount">Items with ids that were new.</param>
/// <param name="UpdatedCount">Items that replaced others.</param>
/// <param name="ItemCount">How many items the index then held.</param>
public sealed record AddResult(int AddedCount, int UpdatedCount, long ItemCount);
