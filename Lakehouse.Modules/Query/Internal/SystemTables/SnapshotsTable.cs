using System.Runtime.CompilerServices;
using Lakehouse.Catalog;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary><c>lakehouse.snapshots</c>: the versions that are kept of datasets and views.</summary>
internal sealed class SnapshotsTable(ICatalog catalog, IDatasetHistory history) : ISystemTable
{
    public string Name => "snapshots";

    public IReadOnlyList<QueryColumn> Columns { get; } =
    [
        new("dataset", "VARCHAR"), new("version", "BIGINT"), new("committed_at", "TIMESTAMP"), new("made_by", "VARCHAR"), new("dropped", "BOOLEAN"),
        new("rows", "BIGINT"), new("bytes", "BIGINT"), new("objects", "BIGINT"),
    ];

    public async IAsyncEnumerable<IReadOnlyList<object?>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var newest in catalog.List().Concat(catalog.ListViews()))
        {
            var (versions, _) = await history.ListAsync(newest.Name, null, int.MaxValue, cancellationToken);
            foreach (var m in versions)
            {
                yield return
                [
                    m.Name.Value, m.Version, m.UpdatedAt, m.MadeBy, m.IsDropped, m.RowCount, m.Objects.Sum(o => o.SizeBytes), (long)m.Objects.Count,
                ];
            }
        }
    }
}
