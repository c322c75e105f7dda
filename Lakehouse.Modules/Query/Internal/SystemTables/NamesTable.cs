namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>
/// The names of datasets and views, each with the query of a view: what <see cref="CatalogMacros"/> lists. Statements cannot name it. It is less than a tenth
/// of <c>lakehouse.datasets</c>.
/// </summary>
internal static class NamesTable
{
    public static CatalogTable Table { get; } = new("names", [new("name", "VARCHAR"), new("sql", "VARCHAR")], Read);

    private static IEnumerable<IReadOnlyList<object?>> Read(CatalogLists lists)
    {
        foreach (var m in lists.Datasets)
        {
            yield return [m.Name.Value];
        }

        foreach (var m in lists.Views)
        {
            yield return [m.Name.Value, m.Definition!.Sql];
        }
    }
}
