using Lakehouse.Catalog.Internal;

namespace Lakehouse.Catalog;

/// <summary>A column of a table of Apache Iceberg, or a part of one. All but the keys of maps can be NULL.</summary>
/// <param name="Id">
/// Its id, 1 to 2^30, which other engines find it by. It is made of its name in small letters, its place and the kind of its type alone, so that whoever
/// writes a data file knows it without asking.
/// </param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
public sealed record TableField(int Id, string Name, FieldType Type)
{
    /// <summary>
    /// What its id is made of: its name and those of what it is part of, in small letters, and the kind of its type. A field that is called or made otherwise
    /// has another one.
    /// </summary>
    public string Key { get; init; } = string.Empty;

    /// <summary>The type of a column that holds its values; null where there is none.</summary>
    public string? ColumnType => Type switch
    {
        FieldType.OfList { Element.ColumnType: { } element } => $"{element}[]",
        FieldType.OfMap { Key.ColumnType: { } key, Value.ColumnType: { } value } => $"MAP({key}, {value})",
        FieldType.OfStruct { Fields: { Count: > 0 } fields } when fields.All(f => f.ColumnType is not null) =>
            $"STRUCT({string.Join(", ", fields.Select(f => $"{TypeText.Quote(f.Name)} {f.ColumnType}"))})",
        FieldType.Primitive { Name: var name } => TypeText.ScalarOf(name),
        _ => null,
    };

    /// <summary>The parts of its type, in order.</summary>
    public IEnumerable<TableField> Parts => Type switch
    {
        FieldType.OfList list => [list.Element],
        FieldType.OfMap map => [map.Key, map.Value],
        FieldType.OfStruct { Fields: var fields } => fields,
        _ => [],
    };

    /// <summary>This field and all parts below it.</summary>
    public IEnumerable<TableField> All => Parts.SelectMany(p => p.All).Prepend(this);
}
