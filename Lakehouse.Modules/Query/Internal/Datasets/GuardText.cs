namespace Lakehouse.Query.Internal.Datasets;

/// <summary>What a caller sees of a dataset, as SQL.</summary>
/// <param name="Columns">The list of a SELECT.</param>
/// <param name="Filter">The condition of its WHERE; null for all rows.</param>
internal sealed record GuardText(string Columns, string? Filter)
{
    /// <summary>Stands for the dataset where the text is judged.</summary>
    public const string Table = "guarded";

    /// <summary>The columns and rows of a table that the caller sees.</summary>
    public string Select(string table) => Filter is null ? $"SELECT {Columns} FROM {table}" : $"SELECT {Columns} FROM {table} WHERE {Filter}";
}
