namespace Lakehouse.Catalog;

/// <summary>A column of a dataset.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">DuckDB's type name.</param>
public sealed record DatasetColumn(string Name, string Type);
