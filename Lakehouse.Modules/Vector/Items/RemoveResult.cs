namespace Lakehouse.Vector;

/// <summary>The result of deleting items.</summary>
/// <param name="DeletedCount">How many items were deleted.</param>
/// <param name="MissingIds">Ids without an item.</param>
/// <param name="ItemCount">How many items the index held afterwards.</param>
public sealed record RemoveResult(int DeletedCount, IReadOnlyList<string> MissingIds, long ItemCount);
