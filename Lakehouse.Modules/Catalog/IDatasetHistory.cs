using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>The older versions of datasets, as far as they are kept (<see cref="CatalogOptions.KeepVersions"/>). Thread-safe.</summary>
public interface IDatasetHistory
{
    /// <summary>A version of a dataset.</summary>
    /// <exception cref="LakehouseException">
    /// <c>version_not_found</c> (<see cref="ErrorKind.NotFound"/>): there is no such version any more, or there never was, or it marks the dataset as dropped.
    /// </exception>
    Task<Manifest> FindAsync(DatasetName name, long version, CancellationToken cancellationToken);

    /// <summary>The version that was the newest at a time.</summary>
    /// <exception cref="LakehouseException"><c>version_not_found</c>, as of the other <c>FindAsync</c>.</exception>
    Task<Manifest> FindAsync(DatasetName name, DateTimeOffset time, CancellationToken cancellationToken);

    /// <summary>Versions, the newest first, those that mark a drop too. Versions that cannot be read are left out.</summary>
    /// <param name="name">The dataset.</param>
    /// <param name="before">Only versions below this one; null for all.</param>
    /// <param name="countMax">The most versions.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException"><c>dataset_not_found</c> (<see cref="ErrorKind.NotFound"/>): it has no version, and never had one.</exception>
    Task<(IReadOnlyList<Manifest> Versions, bool IsTruncated)> ListAsync(
        DatasetName name, long? before, int countMax, CancellationToken cancellationToken);

    /// <summary>
    /// Commits an older version again, as the newest one; also of a dataset that was dropped. Data files that the newest version does not have are copied,
    /// because a collection may be about to remove the old ones.
    /// </summary>
    /// <exception cref="LakehouseException">
    /// <c>version_not_found</c>; <c>schema_conflict</c> (<see cref="ErrorKind.Conflict"/>): the dataset was made again with another schema since.
    /// </exception>
    Task<Manifest> RestoreAsync(DatasetName name, long version, CancellationToken cancellationToken);
}
