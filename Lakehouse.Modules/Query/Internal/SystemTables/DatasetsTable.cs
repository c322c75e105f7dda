using System.Runtime.CompilerServices;
using Lakehouse.Catalog;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary><c>lakehouse.datasets</c>: the datasets, derived datasets and views.</summary>
internal sealed class DatasetsTable(ICatalog catalog) : ISystemTable
{
    public string Name => "datasets";

    public IReadOnlyList<QueryColumn> Columns { get; } =
    [
        new("name", "VARCHAR"), new("kind", "VARCHAR"), new("version", "BIGINT"), new("rows", "BIGINT"), new("bytes", "BIGINT"),
        new("objects", "BIGINT"), new("columns", "BIGINT"), new("made_by", "VARCHAR"), new("sql", "VARCHAR"), new("created_at", "TIMESTAMP"),
        new("updated_at", "TIMESTAMP"),
    ];

    public async IAsyncEnumerable<IReadOnlyList<object?>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var m in catalog.List().Concat(catalog.ListViews()))
        {
            var kind = m.Definition is { } definition ? definition.Kind.ToString().ToLowerInvariant() : "dataset";
            yield return
            [
                m.Name.Value, kind, m.Version, m.IsView ? null : m.RowCount, m.Objects.Sum(o => o.SizeBytes), (long)m.Objects.Count, (long)m.Columns.Count,
                m.MadeBy, m.Definition?.Sql, m.CreatedAt, m.UpdatedAt,
            ];
        }
    }
}
