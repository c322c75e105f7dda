using System.Runtime.CompilerServices;
using Lakehouse.Catalog;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary><c>lakehouse.objects</c>: the data files of the newest versions.</summary>
internal sealed class ObjectsTable(ICatalog catalog) : ISystemTable
{
    public string Name => "objects";

    public IReadOnlyList<QueryColumn> Columns { get; } =
    [
        new("dataset", "VARCHAR"), new("version", "BIGINT"), new("position", "BIGINT"), new("key", "VARCHAR"), new("bytes", "BIGINT"),
        new("rows", "BIGINT"), new("sha256", "VARCHAR"),
    ];

    public async IAsyncEnumerable<IReadOnlyList<object?>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var m in catalog.List())
        {
            for (var i = 0; i < m.Objects.Count; i++)
            {
                var file = m.Objects[i];
                yield return [m.Name.Value, m.Version, i + 1L, file.Key.Value, file.SizeBytes, file.RowCount, file.Sha256];
            }
        }
    }
}
