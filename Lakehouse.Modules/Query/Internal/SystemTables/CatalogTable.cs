namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>A system table of what is in the catalog: unlike <see cref="ISystemTable"/>, all of them show a statement the same moment.</summary>
/// <param name="name">Its name.</param>
/// <param name="columns">Its columns.</param>
/// <param name="read">Its rows, as of <see cref="ISystemTable.ReadAsync"/>.</param>
internal sealed class CatalogTable(string name, IReadOnlyList<QueryColumn> columns, Func<CatalogLists, IEnumerable<IReadOnlyList<object?>>> read)
{
    public string Name => name;

    public IReadOnlyList<QueryColumn> Columns => columns;

    public IEnumerable<IReadOnlyList<object?>> Read(CatalogLists lists) => read(lists);
}
