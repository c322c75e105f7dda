namespace Lakehouse.Search.Internal.Http;

/// <summary>The result of a direct import as the API shows it.</summary>
internal sealed record DirectImportResponse(long Rows, long Added, long Updated, long Skipped, long Count)
{
    public static DirectImportResponse From(DirectImportResult result) =>
        new(result.RowCount, result.AddedCount, result.UpdatedCount, result.SkippedCount, result.ItemCount);
}
