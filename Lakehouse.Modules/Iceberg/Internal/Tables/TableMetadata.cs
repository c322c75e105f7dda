using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lakehouse.Catalog;

namespace Lakehouse.Iceberg.Internal.Tables;

/// <summary>
/// The metadata of a table (the specification's "Table Metadata", format version 2). It is kept as JSON, so that what this program does not know stays. Not
/// thread-safe; what was published is not changed, but copied.
/// </summary>
internal sealed class TableMetadata
{
    private const string Main = "main";
    private const int FirstPartitionId = 999; // the specification's start

    private static readonly string[] StatisticsMembers = ["statistics", "partition-statistics"];

    private static readonly JsonSerializerOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject _json;

    private TableMetadata(JsonObject json, IReadOnlyList<Snapshot> snapshots) => (_json, Snapshots) = (json, snapshots);

    /// <summary>Its snapshots, in the order of their sequence numbers.</summary>
    public IReadOnlyList<Snapshot> Snapshots { get; private set; }

    public Guid Id => Guid.Parse(_json["table-uuid"]!.GetValue<string>());

    public string Location => _json["location"]!.GetValue<string>();

    public long LastSequenceNumber => _json["last-sequence-number"]!.GetValue<long>();

    /// <summary>The newest snapshot; null where there is none.</summary>
    public Snapshot? Current => _json["current-snapshot-id"]?.GetValue<long>() is { } id ? Snapshots.FirstOrDefault(s => s.Id == id) : null;

    public int SchemaId => _json["current-schema-id"]!.GetValue<int>();

    /// <summary>The highest id of a field that it ever had.</summary>
    public int LastColumnId => _json["last-column-id"]!.GetValue<int>();

    public int LastPartitionId => _json["last-partition-id"]?.GetValue<int>() ?? FirstPartitionId;

    public int SortOrderId => _json["default-sort-order-id"]!.GetValue<int>();

    public int FormatVersion => _json["format-version"]!.GetValue<int>();

    /// <summary>The partition fields of all its specs.</summary>
    public IEnumerable<JsonNode> PartitionFields =>
        (_json["partition-specs"] as JsonArray ?? []).SelectMany(s => s!["fields"] as JsonArray ?? []).Select(f => f!);

    /// <summary>The snapshots that branches and tags name.</summary>
    public IEnumerable<long> RefIds => (_json["refs"] as JsonObject ?? []).Select(r => r.Value!["snapshot-id"]!.GetValue<long>());

    /// <summary>The addresses of files with statistics that it names.</summary>
    public IEnumerable<string> StatisticsFiles => StatisticsMembers.SelectMany(m => _json[m] as JsonArray ?? [])
        .Select(s => s!["statistics-path"]?.GetValue<string>()).OfType<string>();

    public static TableMetadata Create(Guid id, string location) => new(
        new JsonObject
        {
            ["format-version"] = 2,
            ["table-uuid"] = id.ToString(),
            ["location"] = location,
            ["last-sequence-number"] = 0L,
            ["last-updated-ms"] = 0L,
            ["last-column-id"] = 0,
            ["schemas"] = new JsonArray(),
            ["current-schema-id"] = 0,
            ["partition-specs"] = new JsonArray(new JsonObject { ["spec-id"] = 0, ["fields"] = new JsonArray() }),
            ["default-spec-id"] = 0,
            ["last-partition-id"] = FirstPartitionId,
            ["properties"] = new JsonObject(),
            ["snapshots"] = new JsonArray(),
            ["snapshot-log"] = new JsonArray(),
            ["metadata-log"] = new JsonArray(),
            ["sort-orders"] = new JsonArray(new JsonObject { ["order-id"] = 0, ["fields"] = new JsonArray() }),
            ["default-sort-order-id"] = 0,
            ["refs"] = new JsonObject(),
            ["statistics"] = new JsonArray(),
            ["partition-statistics"] = new JsonArray(),
        },
        []);

    /// <summary>Reads metadata.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static TableMetadata Parse(ReadOnlySpan<byte> text)
    {
        try
        {
            var json = JsonNode.Parse(text)!.AsObject();
            var snapshots = json["snapshots"]!.AsArray().Select(s => Snapshot.Read(s!)).OrderBy(s => s.SequenceNumber).ToList();
            var metadata = new TableMetadata(json, snapshots);
            _ = (metadata.Id, metadata.Location, metadata.LastSequenceNumber, metadata.SchemaId, metadata.Current);
            return metadata;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NullReferenceException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("the metadata of the table is malformed", error);
        }
    }

    public TableMetadata Copy() => new(_json.DeepClone().AsObject(), Snapshots);

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(_json, Form);

    /// <summary>The metadata for a client.</summary>
    /// <param name="isRefs">Whether only snapshots are there that a branch or a tag names.</param>
    public JsonObject ToJson(bool isRefs)
    {
        var json = _json.DeepClone().AsObject();
        if (isRefs)
        {
            var named = json["refs"]!.AsObject().Select(r => r.Value!["snapshot-id"]!.GetValue<long>()).ToHashSet();
            json["snapshots"] = new JsonArray([.. Snapshots.Where(s => named.Contains(s.Id)).Select(s => (JsonNode)s.ToJson())]);
        }

        return json;
    }

    /// <summary>Makes a schema the current one; it is added where the table does not have it.</summary>
    /// <param name="schema">The schema.</param>
    /// <returns>Its id.</returns>
    public int SetSchema(FieldSchema schema)
    {
        var schemas = _json["schemas"]!.AsArray();
        var known = FindSchema(schema);
        var id = known ?? schemas.Select(s => s!["schema-id"]!.GetValue<int>() + 1).DefaultIfEmpty(0).Max();
        if (known is null)
        {
            var added = JsonNode.Parse(schema.ToJson())!.AsObject();
            added["schema-id"] = id;
            schemas.Add(added);
        }

        _json["current-schema-id"] = id;
        _json["last-column-id"] = Math.Max(_json["last-column-id"]!.GetValue<int>(), schema.LastId);
        SetProperty(NameMapping.Property, NameMapping.Of(schema));
        return id;
    }

    /// <summary>The id of a schema that the table has; null where it has not.</summary>
    public int? FindSchema(FieldSchema schema)
    {
        var fields = JsonNode.Parse(schema.ToJson())!["fields"];
        return _json["schemas"]!.AsArray().FirstOrDefault(s => JsonNode.DeepEquals(s!["fields"], fields))?["schema-id"]!.GetValue<int>();
    }

    public void SetProperty(string name, string? value)
    {
        var properties = _json["properties"]!.AsObject();
        if (value is null)
        {
            properties.Remove(name);
        }
        else
        {
            properties[name] = value;
        }
    }

    /// <summary>The snapshot that a branch or a tag names; null for none.</summary>
    public long? RefOf(string name) => _json["refs"]?[name]?["snapshot-id"]?.GetValue<long>();

    /// <summary>Sets a tag, or removes it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="update">The update that says what it names; null: it is removed.</param>
    public void SetRef(string name, JsonObject? update)
    {
        var refs = _json["refs"]!.AsObject();
        refs.Remove(name);
        if (update is not null && Snapshots.Any(s => s.Id == update["snapshot-id"]?.GetValue<long>()))
        {
            var wanted = update.DeepClone().AsObject();
            wanted.Remove("action");
            wanted.Remove("ref-name");
            refs[name] = wanted;
        }
    }

    /// <summary>Sets or removes what is known of a snapshot's values.</summary>
    /// <param name="action">The update's action.</param>
    /// <param name="update">The update.</param>
    public void SetStatistics(string action, JsonObject update)
    {
        var isPartition = action.Contains("partition", StringComparison.Ordinal);
        var statistics = update[isPartition ? "partition-statistics" : "statistics"] as JsonObject;
        var id = (statistics?["snapshot-id"] ?? update["snapshot-id"])?.GetValue<long>();
        var member = StatisticsMembers[isPartition ? 1 : 0];
        var known = _json[member] as JsonArray ?? [];
        _json[member] = new JsonArray(
        [
            .. known.Where(s => s!["snapshot-id"]!.GetValue<long>() != id).Select(s => s!.DeepClone()),
            .. action.StartsWith("set", StringComparison.Ordinal) && statistics is not null && Snapshots.Any(s => s.Id == id)
                ? [statistics.DeepClone()]
                : Array.Empty<JsonNode>(),
        ]);
    }

    /// <summary>A schema that it has; null for an id that it has not.</summary>
    public JsonNode? SchemaOf(int id) => _json["schemas"]?.AsArray().FirstOrDefault(s => s!["schema-id"]!.GetValue<int>() == id);

    public string? Property(string name) => _json["properties"]?[name]?.GetValue<string>();

    /// <summary>Makes an order of rows the default one.</summary>
    /// <param name="fields">The fields by which rows are sorted, ascending; empty for none.</param>
    public void SetSortOrder(IReadOnlyList<int> fields)
    {
        var orders = _json["sort-orders"]!.AsArray();
        var wanted = new JsonArray(
        [
            .. fields.Select(f => (JsonNode)new JsonObject
            {
                ["transform"] = "identity", ["source-id"] = f, ["direction"] = "asc", ["null-order"] = "nulls-last",
            }),
        ]);
        var known = orders.FirstOrDefault(o => JsonNode.DeepEquals(o!["fields"], wanted));
        var id = known?["order-id"]!.GetValue<int>() ?? orders.Max(o => o!["order-id"]!.GetValue<int>()) + 1;
        if (known is null)
        {
            orders.Add(new JsonObject { ["order-id"] = id, ["fields"] = wanted });
        }

        _json["default-sort-order-id"] = id;
    }

    /// <summary>Adds a snapshot and makes it the current one.</summary>
    public void Add(Snapshot snapshot)
    {
        // The log of snapshots goes forward, whatever the clocks of those who committed say.
        var time = Math.Max(snapshot.Time, _json["last-updated-ms"]!.GetValue<long>());
        snapshot = snapshot with { Time = time };
        Snapshots = [.. Snapshots, snapshot];
        _json["snapshots"]!.AsArray().Add(snapshot.ToJson());
        _json["snapshot-log"]!.AsArray().Add(new JsonObject { ["timestamp-ms"] = time, ["snapshot-id"] = snapshot.Id });
        _json["current-snapshot-id"] = snapshot.Id;
        _json["last-sequence-number"] = snapshot.SequenceNumber;
        _json["last-updated-ms"] = time;
        _json["refs"]!.AsObject()[Main] = new JsonObject { ["snapshot-id"] = snapshot.Id, ["type"] = "branch" };
    }

    /// <summary>Leaves out snapshots. The log before the last one that is left out goes too, as the specification says.</summary>
    public void Remove(IReadOnlySet<long> ids)
    {
        if (ids.Count == 0)
        {
            return;
        }

        Snapshots = [.. Snapshots.Where(s => !ids.Contains(s.Id))];
        _json["snapshots"] = new JsonArray([.. Snapshots.Select(s => (JsonNode)s.ToJson())]);
        var log = _json["snapshot-log"]!.AsArray().Select(e => e!.DeepClone()).ToList();
        var gone = log.FindLastIndex(e => ids.Contains(e["snapshot-id"]!.GetValue<long>()));
        _json["snapshot-log"] = new JsonArray([.. log.Skip(gone + 1)]);
        foreach (var member in StatisticsMembers)
        {
            _json[member] = new JsonArray(
                [.. (_json[member] as JsonArray ?? []).Where(s => !ids.Contains(s!["snapshot-id"]!.GetValue<long>())).Select(s => s!.DeepClone())]);
        }

        var used = Snapshots.Select(s => s.SchemaId).Append(SchemaId).ToHashSet();
        _json["schemas"] = new JsonArray(
            [.. _json["schemas"]!.AsArray().Where(s => used.Contains(s!["schema-id"]!.GetValue<int>())).Select(s => s!.DeepClone())]);
    }

    /// <summary>Writes down where the metadata before this was.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="time">When it was written, in milliseconds since 1970.</param>
    /// <param name="keep">How many earlier ones are named.</param>
    public void AddLog(string address, long time, int keep)
    {
        var log = _json["metadata-log"]!.AsArray();
        log.Add(new JsonObject { ["timestamp-ms"] = time, ["metadata-file"] = address });
        while (log.Count > keep)
        {
            log.RemoveAt(0);
        }
    }

    /// <summary>Notes when it was changed.</summary>
    /// <param name="time">The time, in milliseconds since 1970.</param>
    public void Touch(long time) => _json["last-updated-ms"] = Math.Max(time, UpdatedAt);

    /// <summary>When it was written, in milliseconds since 1970.</summary>
    public long UpdatedAt => _json["last-updated-ms"]!.GetValue<long>();

    /// <summary>The addresses of earlier metadata that it names.</summary>
    public IEnumerable<string> Log => _json["metadata-log"]!.AsArray().Select(e => e!["metadata-file"]!.GetValue<string>());
}
