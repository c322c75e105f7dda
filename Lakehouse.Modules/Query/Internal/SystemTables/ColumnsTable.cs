using Lakehouse.Query.Internal.Datasets;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>
/// <c>lakehouse.columns</c>: the columns of datasets and views; <see cref="SystemTableShape"/> adds the statistics, and the columns of datasets that were
/// registered without them, or with types that are none.
/// </summary>
internal static class ColumnsTable
{
    public static CatalogTable Table { get; } = new(
        "columns", [new("dataset", "VARCHAR"), new("name", "VARCHAR"), new("position", "BIGINT"), new("type", "VARCHAR")], Read);

    private static IEnumerable<IReadOnlyList<object?>> Read(CatalogLists lists)
    {
        foreach (var m in lists.Datasets.Concat(lists.Views))
        {
            if (!m.IsView && !DatasetFiles.IsPlain(m.Columns))
            {
                yield return [m.Name.Value, null, null, null];
                continue;
            }

            for (var i = 0; i < m.Columns.Count; i++)
            {
                yield return [m.Name.Value, m.Columns[i].Name, i + 1L, m.Columns[i].Type];
            }
        }
    }
}
