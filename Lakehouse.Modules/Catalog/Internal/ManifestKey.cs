using System.Globalization;
using Lakehouse.Core.Names;

namespace Lakehouse.Catalog.Internal;

/// <summary><c>_catalog/manifests/&lt;name&gt;/&lt;version as 20 digits&gt;.parquet</c>: the order of the keys is the order of the versions.</summary>
internal static class ManifestKey
{
    public const string Prefix = "_catalog/manifests/";

    private const string Extension = ".parquet";
    private const int VersionDigits = 20;

    public static ObjectKey For(DatasetName name, long version) =>
        ObjectKey.Parse(string.Create(CultureInfo.InvariantCulture, $"{PrefixOf(name)}{version:D20}{Extension}"));

    public static string PrefixOf(DatasetName name) => $"{Prefix}{name}/";

    public static bool TryParse(ObjectKey key, out DatasetName name, out long version)
    {
        (name, version) = (default, 0);
        var parts = key.Value.Split('/');
        return parts.Length == 4
            && key.StartsWith(Prefix)
            && parts[3].Length == VersionDigits + Extension.Length
            && parts[3].EndsWith(Extension, StringComparison.Ordinal)
            && long.TryParse(parts[3].AsSpan(0, VersionDigits), NumberStyles.None, CultureInfo.InvariantCulture, out version)
            && version >= 1
            && DatasetName.TryParseStored(parts[2], out name, out _);
    }
}
