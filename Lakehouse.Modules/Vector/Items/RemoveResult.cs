namespace Lakehouse.Vector;

/// <summary>The result of deleting items.</summary>
/// <param name="DeletedCount">How many items were deleted.</param>
/// <param name="MissingIds">Ids without an item.</param>
/// <param name="ItemCount">How many items the index held afterwards.</param>
/// <param name="Sequence">The number of the last change of the index: what a search can wait for in another process.</param>
public sealed record RemoveResult(int DeletedCount, IReadOnlyList<string> MissingIds, long ItemCount, long Sequence);
