namespace Lakehouse.Query.Internal.SystemTables;

/// <summary><c>lakehouse.datasets</c>: the datasets, derived datasets and views.</summary>
internal static class DatasetsTable
{
    public static CatalogTable Table { get; } = new(
        "datasets",
        [
            new("name", "VARCHAR"), new("kind", "VARCHAR"), new("version", "BIGINT"), new("rows", "BIGINT"), new("bytes", "BIGINT"),
            new("objects", "BIGINT"), new("columns", "BIGINT"), new("made_by", "VARCHAR"), new("sql", "VARCHAR"), new("created_at", "TIMESTAMP"),
            new("updated_at", "TIMESTAMP"),
        ],
        Read);

    private static IEnumerable<IReadOnlyList<object?>> Read(CatalogLists lists)
    {
        foreach (var m in lists.Datasets.Concat(lists.Views))
        {
            var kind = m.Definition is { } definition ? definition.Kind.ToString().ToLowerInvariant() : "dataset";
            yield return
            [
                m.Name.Value, kind, m.Version, m.IsView || !lists.CountsRows(m) ? null : m.RowCount, m.Objects.Sum(o => o.SizeBytes), (long)m.Objects.Count,
                (long)m.Columns.Count, m.MadeBy, m.Definition?.Sql, m.CreatedAt, m.UpdatedAt,
            ];
        }
    }
}
