using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;

namespace Lakehouse.Iceberg;

/// <summary>
/// Which datasets are tables of Apache Iceberg, too. The versions of such a dataset are written as snapshots beside its data files, soon after they are
/// committed. Thread-safe.
/// </summary>
public interface IPublishing
{
    /// <summary>The published datasets, by name.</summary>
    IReadOnlyList<PublishedTable> List();

    /// <summary>A published dataset; null for one that is not.</summary>
    PublishedTable? Find(DatasetName name);

    /// <summary>
    /// A published dataset, which another process may have published a moment ago; null for one that is not. In a reader it is as far as it is in the bucket.
    /// </summary>
    Task<PublishedTable?> SeekAsync(DatasetName name, CancellationToken cancellationToken);

    /// <summary>Publishes a dataset from now on. Returns when its newest version is there.</summary>
    /// <exception cref="LakehouseException">
    /// <c>dataset_not_found</c> (<see cref="ErrorKind.NotFound"/>). <c>not_publishable</c> (<see cref="ErrorKind.Conflict"/>): Iceberg cannot have it; the
    /// message names the column and its nearest type.
    /// </exception>
    Task<PublishedTable> PublishAsync(DatasetName name, CancellationToken cancellationToken);

    /// <summary>Publishes a dataset no more, and removes its metadata. The data files stay the dataset's.</summary>
    /// <returns>Whether it was published.</returns>
    /// <exception cref="LakehouseException"><c>publishes_all</c> (<see cref="ErrorKind.Conflict"/>): the configuration publishes every dataset.</exception>
    Task<bool> UnpublishAsync(DatasetName name, CancellationToken cancellationToken);

    /// <summary>Waits until a version of a published dataset is a snapshot, or cannot be one.</summary>
    /// <param name="name">The dataset.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<PublishedTable> CatchUpAsync(DatasetName name, CancellationToken cancellationToken);
}
