namespace Lakehouse.Query;

/// <summary>A column of an answer.</summary>
/// <param name="Name">As the query names it; not necessarily unique.</param>
/// <param name="Type">DuckDB's type name.</param>
public sealed record QueryColumn(string Name, string Type);
