namespace Lakehouse.Catalog;

/// <summary>A type of Apache Iceberg (iceberg.apache.org/spec, "Schemas and Data Types").</summary>
public abstract record FieldType
{
    private FieldType()
    {
    }

    /// <summary>A type without parts.</summary>
    /// <param name="Name">As Iceberg writes it, e.g. <c>long</c> or <c>decimal(9, 2)</c>.</param>
    public sealed record Primitive(string Name) : FieldType;

    /// <summary>Lists.</summary>
    /// <param name="Element">What they hold.</param>
    public sealed record OfList(TableField Element) : FieldType;

    /// <summary>Maps.</summary>
    /// <param name="Key">Their keys.</param>
    /// <param name="Value">Their values.</param>
    public sealed record OfMap(TableField Key, TableField Value) : FieldType;

    /// <summary>Structs.</summary>
    /// <param name="Fields">Their members, in order.</param>
    public sealed record OfStruct(IReadOnlyList<TableField> Fields) : FieldType;
}
