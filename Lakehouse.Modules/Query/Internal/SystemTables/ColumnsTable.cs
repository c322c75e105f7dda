using System.Runtime.CompilerServices;
using Lakehouse.Catalog;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary><c>lakehouse.columns</c>: the columns of datasets and views; <see cref="SystemTableShape"/> adds the statistics.</summary>
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
            for (var i = 0; i < m.Columns.Count; i++)
            {
                yield return [m.Name.Value, m.Columns[i].Name, i + 1L, m.Columns[i].Type];
            }
        }
    }
}
