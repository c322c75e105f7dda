using Lakehouse.Core.Errors;

namespace Lakehouse.Catalog;

/// <summary>Removes old versions and the data files that no kept version names.</summary>
public interface IGarbageCollector
{
    /// <summary>
    /// Removes manifests of versions that are beyond <c>catalog.keep_versions</c> and <c>catalog.keep_for</c>, and then the lake's own data files
    /// (below <c>datasets/</c>) that no version left names. Nothing that was written, or was part of a newest version, within <c>catalog.gc_grace</c> is
    /// touched; nor are objects that clients have put, or any data file while a manifest that is kept cannot be read. Writes that were begun before and never
    /// finished are cleared away. May be killed at any moment.
    /// </summary>
    /// <param name="isDryRun">Only finds out.</param>
    /// <param name="listMax">How many objects to name in the answer.</param>
    /// <param name="cancellationToken">Gives up; what is removed stays removed.</param>
    /// <exception cref="LakehouseException"><c>collection_running</c> (<see cref="ErrorKind.Conflict"/>): this process is collecting.</exception>
    Task<Collection> CollectAsync(bool isDryRun, int listMax, CancellationToken cancellationToken);
}
