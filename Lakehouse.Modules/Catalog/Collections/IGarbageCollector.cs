using Lakehouse.Core.Errors;

namespace Lakehouse.Catalog;

/// <summary>Removes old versions and the data files that no kept version names.</summary>
public interface IGarbageCollector
{
    /// <summary>
    /// Removes manifests of versions that are beyond <c>catalog.keep_versions</c> and <c>catalog.keep_for</c>, and then the lake's own data files (below
    /// <c>datasets/</c>) that no remaining version names. Never removes what was written, or was part of a newest version, within <c>catalog.gc_grace</c>, nor
    /// objects that clients have put, nor any data file while a kept manifest cannot be read. Also removes what is left of writes that began before the grace
    /// period and never finished. The process may be killed at any moment without harm.
    /// </summary>
    /// <param name="isDryRun">Only finds what would be removed.</param>
    /// <param name="listMax">How many objects to name in the answer.</param>
    /// <param name="cancellationToken">Cancels the collection; objects that were removed stay removed.</param>
    /// <exception cref="LakehouseException"><c>collection_running</c> (<see cref="ErrorKind.Conflict"/>): a collection is running in this process.</exception>
    Task<Collection> CollectAsync(bool isDryRun, int listMax, CancellationToken cancellationToken);
}
