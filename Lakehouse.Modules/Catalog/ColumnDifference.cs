namespace Lakehouse.Catalog;

/// <summary>A column in which an offered schema differs from a dataset's; a member of <c>schema_conflict</c> problems.</summary>
/// <param name="Name">The column.</param>
/// <param name="Stored">Its type in the dataset; null when it is not there.</param>
/// <param name="Offered">Its type in what was offered; null when it is not there.</param>
/// <param name="Reason"><c>order</c> when only its position differs.</param>
public sealed record ColumnDifference(string Name, string? Stored, string? Offered, string? Reason = null);
