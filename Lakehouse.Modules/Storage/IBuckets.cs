using Lakehouse.Core.Errors;

namespace Lakehouse.Storage;

/// <summary>The buckets of the configuration. The bucket <c>primary</c> holds the lake.</summary>
public interface IBuckets
{
    /// <summary>The bucket with a name; null means the primary one.</summary>
    /// <exception cref="LakehouseException"><c>bucket_not_found</c> (<see cref="ErrorKind.NotFound"/>).</exception>
    IObjectStore Find(string? name);
}
