namespace Lakehouse.Catalog;

/// <summary>A column in which an offered schema differs from that of the dataset. Part of the problem document of <c>schema_conflict</c>.</summary>
/// <param name="Name">The column.</param>
/// <param name="Stored">Its type in the dataset; null when the dataset does not have it.</param>
/// <param name="Offered">Its type in the offered schema; null when that does not have it.</param>
/// <param name="Reason"><c>order</c> when only its position differs.</param>
public sealed record ColumnDifference(string Name, string? Stored, string? Offered, string? Reason = null);
