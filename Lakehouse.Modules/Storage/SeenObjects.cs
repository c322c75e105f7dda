using Lakehouse.Core.Access;
using Lakehouse.Core.Names;
using Lakehouse.Storage.Internal;

namespace Lakehouse.Storage;

/// <summary>Objects as a caller sees them.</summary>
public static class SeenObjects
{
    /// <summary>Whether a caller may read an object. What the lake keeps for itself holds everybody's data.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="buckets">The buckets.</param>
    /// <param name="bucket">The bucket's name; null for the primary one.</param>
    /// <param name="key">The object.</param>
    public static bool Sees(this Caller caller, IBuckets buckets, string? bucket, ObjectKey key) => caller.IsAdministrator
        || (!(buckets.Find(bucket) == buckets.Find(null) && ReservedPrefixes.Find(key) is not null) && caller.Sees(ResourceKind.Key, PathOf(bucket, key)));

    /// <summary>An object as patterns of profiles name it: its bucket, a slash and its key.</summary>
    public static string PathOf(string? bucket, ObjectKey key) => $"{bucket ?? BucketSettings.Primary}/{key}";
}
