using System.Globalization;
using Lakehouse.Core.Names;

namespace Lakehouse.Iceberg.Internal.Publishing;

/// <summary>
/// The keys of a published table. They lie beside its data files as other engines expect them: <c>datasets/NAME/metadata/v7.metadata.json</c> and the others,
/// and <c>version-hint.text</c> says which is the newest.
/// </summary>
internal static class TableKeys
{
    /// <summary>Below which an object for each dataset says that it is published.</summary>
    public const string Marks = "_iceberg/published/";

    private const string Extension = ".metadata.json";

    public static ObjectKey Mark(DatasetName name) => ObjectKey.Parse(Marks + name);

    public static string Root(DatasetName name) => $"datasets/{name}";

    public static string Folder(DatasetName name) => $"{Root(name)}/metadata/";

    public static ObjectKey Hint(DatasetName name) => ObjectKey.Parse($"{Folder(name)}version-hint.text");

    public static ObjectKey Metadata(DatasetName name, long number) =>
        ObjectKey.Parse(string.Create(CultureInfo.InvariantCulture, $"{Folder(name)}v{number}{Extension}"));

    /// <summary>The key of an Avro file: its content makes its name, so that the same one is written once.</summary>
    public static ObjectKey Avro(DatasetName name, string kind, string sha256) => ObjectKey.Parse($"{Folder(name)}{kind}-{sha256[..32]}.avro");

    /// <summary>The number of a metadata file; null for other keys.</summary>
    public static long? NumberOf(DatasetName name, ObjectKey key)
    {
        var folder = Folder(name);
        return key.StartsWith(folder + "v") && key.Value.EndsWith(Extension, StringComparison.Ordinal)
            && long.TryParse(key.Value.AsSpan()[(folder.Length + 1)..^Extension.Length], CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }
}
