namespace Lakehouse.Search;

/// <summary>What a direct import did.</summary>
/// <param name="RowCount">Rows read.</param>
/// <param name="AddedCount">Items with ids that were new.</param>
/// <param name="UpdatedCount">Items that replaced others.</param>
/// <param name="SkippedCount">Rows without a vector.</param>
/// <param name="ItemCount">How many items the index then held.</param>
public sealed record DirectImportResult(long RowCount, long AddedCount, long UpdatedCount, long SkippedCount, long ItemCount);
