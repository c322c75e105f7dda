namespace Lakehouse.Catalog.Schemas;

/// <summary>A member of a struct.</summary>
/// <param name="Written">Its name as it stands in the type, in quotes where it needs them.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
public sealed record StructMember(string Written, string Name, ColumnType Type);
