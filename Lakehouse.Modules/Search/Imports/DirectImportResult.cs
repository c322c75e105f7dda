namespace Lakehouse.Search;

/// <summary>The result of a direct import.</summary>
/// <param name="RowCount">Rows that were read.</param>
/// <param name="AddedCount">Items with ids that were new.</param>
/// <param name="UpdatedCount">Items that replaced others of the same id.</param>
/// <param name="SkippedCount">Rows without a vector.</param>
/// <param name="ItemCount">How many items the index held afterwards.</param>
public sealed record DirectImportResult(long RowCount, long AddedCount, long UpdatedCount, long SkippedCount, long ItemCount);
