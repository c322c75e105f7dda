using System.Globalization;
using System.Text.Json.Nodes;

namespace Lakehouse.Iceberg.Internal.Tables;

/// <summary>A version of a table.</summary>
/// <param name="Id">Its id: the number of the dataset's version, where this program has made it.</param>
/// <param name="ParentId">The one before; null for none.</param>
/// <param name="SequenceNumber">Higher than that of every earlier one.</param>
/// <param name="Time">When it was committed, in milliseconds since 1970.</param>
/// <param name="ManifestList">The address of its manifest list.</param>
/// <param name="SchemaId">The schema at that time.</param>
/// <param name="Summary">What it has changed; the member <c>operation</c> is one of <c>append</c>, <c>replace</c>, <c>overwrite</c>, <c>delete</c>.</param>
internal sealed record Snapshot(
    long Id, long? ParentId, long SequenceNumber, long Time, string ManifestList, int SchemaId, IReadOnlyDictionary<string, string> Summary)
{
    /// <summary>Of <see cref="Summary"/>: the version of the dataset.</summary>
    public const string VersionProperty = "lakehouse.version";

    /// <summary>The version of the dataset; null where the summary does not say.</summary>
    public long? Version =>
        Summary.TryGetValue(VersionProperty, out var text) && long.TryParse(text, CultureInfo.InvariantCulture, out var version) ? version : null;

    public static Snapshot Read(JsonNode json) => new(
        json["snapshot-id"]!.GetValue<long>(),
        json["parent-snapshot-id"]?.GetValue<long>(),
        json["sequence-number"]?.GetValue<long>() ?? 0,
        json["timestamp-ms"]!.GetValue<long>(),
        json["manifest-list"]!.GetValue<string>(),
        json["schema-id"]?.GetValue<int>() ?? 0,
        (json["summary"]?.AsObject() ?? []).ToDictionary(p => p.Key, p => p.Value!.GetValue<string>(), StringComparer.Ordinal));

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["snapshot-id"] = Id };
        if (ParentId is { } parent)
        {
            json["parent-snapshot-id"] = parent;
        }

        json["sequence-number"] = SequenceNumber;
        json["timestamp-ms"] = Time;
        json["manifest-list"] = ManifestList;
        json["summary"] = new JsonObject(Summary.Select(p => KeyValuePair.Create<string, JsonNode?>(p.Key, p.Value)));
        json["schema-id"] = SchemaId;
        return json;
    }
}
