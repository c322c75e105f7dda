using System.Runtime.CompilerServices;
using Lakehouse.Catalog;
using Lakehouse.Query.Internal.Datasets;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>
/// <c>lakehouse.columns</c>: the columns of datasets and views; <see cref="SystemTableShape"/> adds the statistics, and the columns of datasets that were
/// registered without them, or with types that are none.
/// </summary>
internal sealed class ColumnsTable(ICatalog catalog) : ISystemTable
{
    public string Name => "columns";

    public IReadOnlyList<QueryColumn> Columns { get; } =
    [
        new("dataset", "VARCHAR"), new("name", "VARCHAR"), new("position", "BIGINT"), new("type", "VARCHAR"),
    ];

    public async IAsyncEnumerable<IReadOnlyList<object?>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var m in catalog.List().Concat(catalog.ListViews()))
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
