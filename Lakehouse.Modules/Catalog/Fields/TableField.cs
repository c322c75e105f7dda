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
