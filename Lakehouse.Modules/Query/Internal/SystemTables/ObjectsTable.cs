namespace Lakehouse.Query.Internal.SystemTables;

/// <summary><c>lakehouse.objects</c>: the data files of the newest versions.</summary>
internal static class ObjectsTable
{
    public static CatalogTable Table { get; } = new(
        "objects",
        [
            new("dataset", "VARCHAR"), new("version", "BIGINT"), new("position", "BIGINT"), new("key", "VARCHAR"), new("bytes", "BIGINT"),
            new("rows", "BIGINT"), new("sha256", "VARCHAR"),
        ],
        Read);

    private static IEnumerable<IReadOnlyList<object?>> Read(CatalogLists lists)
    {
        foreach (var m in lists.Datasets)
        {
            for (var i = 0; i < m.Objects.Count; i++)
            {
                var file = m.Objects[i];
                yield return [m.Name.Value, m.Version, i + 1L, file.Key.Value, file.SizeBytes, file.RowCount, file.Sha256];
            }
        }
    }
}
