using Lakehouse.Core.Names;

namespace Lakehouse.Storage;

/// <summary>The prefixes of the primary bucket that only the lakehouse itself writes. Clients may read them.</summary>
public static class ReservedPrefixes
{
    private static readonly string[] All = ["_catalog/", "_vectors/", "_embed/", "_journal/", "_probe/", "_access/", "_iceberg/", "datasets/"];

    /// <summary>The reserved prefix of <paramref name="key"/>, or null.</summary>
    public static string? Find(ObjectKey key) => Array.Find(All, key.StartsWith);
}
