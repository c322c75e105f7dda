using Lakehouse.Core.Errors;

namespace Lakehouse.Storage;

/// <summary>The buckets of the configuration. One, <c>primary</c>, holds the lake.</summary>
public interface IBuckets
{
    /// <summary>The bucket of a name; null names the primary one.</summary>
    /// <exception cref="LakehouseException"><c>bucket_not_found</c> (<see cref="ErrorKind.NotFound"/>).</exception>
    IObjectStore Find(string? name);
}
