using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>Somebody who needs older versions of datasets, whose manifests and data files are not collected for as long.</summary>
public interface IVersionHolder
{
    /// <summary>The versions of a dataset that are needed; null for all of them. Where it throws, nothing is collected.</summary>
    /// <param name="name">The dataset.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<IReadOnlySet<long>?> HeldAsync(DatasetName name, CancellationToken cancellationToken);
}
