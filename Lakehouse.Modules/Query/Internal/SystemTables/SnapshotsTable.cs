using System.Runtime.CompilerServices;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary><c>lakehouse.snapshots</c>: the versions that are kept of datasets and views, also of those that were dropped.</summary>
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
        foreach (var name in catalog.List().Concat(catalog.ListViews()).Select(m => m.Name).Concat(catalog.ListDropped()))
        {
            IReadOnlyList<Manifest> versions;
            try
            {
                (versions, _) = await history.ListAsync(name, null, int.MaxValue, cancellationToken);
            }
            catch (LakehouseException gone) when (gone.Kind == ErrorKind.NotFound)
            {
                continue; // collected meanwhile
            }

            foreach (var m in versions.Where(Caller.Current.SeesAll))
            {
                yield return
                [
                    m.Name.Value, m.Version, m.UpdatedAt, m.MadeBy, m.IsDropped, m.RowCount, m.Objects.Sum(o => o.SizeBytes), (long)m.Objects.Count,
                ];
            }
        }
    }
}
