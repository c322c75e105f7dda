namespace Lakehouse.DuckDb;

/// <summary>A column of a result.</summary>
/// <param name="Name">As DuckDB names it; not necessarily unique.</param>
/// <param name="Type">Its type.</param>
public sealed record DuckDbColumn(string Name, DuckDbType Type);
