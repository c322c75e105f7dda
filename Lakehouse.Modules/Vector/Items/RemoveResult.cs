namespace Lakehouse.Vector;

/// <summary>What a delete of items did.</summary>
/// <param name="DeletedCount">Items that were there.</param>
/// <param name="MissingIds">Ids that were not.</param>
/// <param name="ItemCount">How many items the index then held.</param>
public sealed record RemoveResult(int DeletedCount, IReadOnlyList<string> MissingIds, long ItemCount);
