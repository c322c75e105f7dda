namespace Lakehouse.DuckDb;

/// <summary>A member of a nested type.</summary>
/// <param name="Name">Its name; empty for the elements of a list.</param>
/// <param name="Type">Its type.</param>
public sealed record DuckDbTypeMember(string Name, DuckDbType Type);
