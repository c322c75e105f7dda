using Lakehouse.Core.Names;

namespace Lakehouse.Storage;

/// <summary>The parts of the bucket that only the modules write; clients may read them.</summary>
public static class ReservedPrefixes
{
    private static readonly string[] All = ["_catalog/", "_vectors/", "_embed/", "_journal/", "_probe/", "datasets/"];

    /// <summary>The reserved prefix that <paramref name="key"/> lies below, or null.</summary>
    public static string? Find(ObjectKey key) => Array.Find(All, key.StartsWith);
}
