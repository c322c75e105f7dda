using System.Globalization;
using System.Text.Json.Nodes;
using Lakehouse.Core.Errors;
using Lakehouse.Iceberg.Internal.Tables;

namespace Lakehouse.Iceberg.Internal.Committing;

/// <summary>
/// A commit of another engine (<c>CommitTableRequest</c> of the REST catalog): what it requires, and what it changes. What cannot be taken is refused when it
/// is read, before anything is changed.
/// </summary>
internal sealed class TableUpdate
{
    private const string Main = "main";

    /// <summary>A property that is none of the table: it says which version of the format a client wants.</summary>
    private const string FormatVersion = "format-version";

    private static readonly string[] Modes = ["write.delete.mode", "write.update.mode", "write.merge.mode"];
    private static readonly string[] Places = ["write.metadata.path", "write.data.path", "write.object-storage.path", "write.folder-storage.path"];

    private readonly List<JsonObject> _requirements;
    private readonly List<Snapshot> _snapshots = [];
    private readonly JsonArray _kept = [];

    private TableUpdate(List<JsonObject> requirements) => _requirements = requirements;

    /// <summary>Whether the table must not be there yet.</summary>
    public bool IsCreation => _requirements.Exists(r => GivenJson.Text(r, "type") == "assert-create");

    /// <summary>The table's id, where it says one.</summary>
    public Guid? Id { get; private set; }

    /// <summary>The columns from now on; null where they stay.</summary>
    public GivenSchema? Schema { get; private set; }

    /// <summary>The new snapshots, each the parent of the next; the last one becomes the current one.</summary>
    public IReadOnlyList<Snapshot> Snapshots => _snapshots;

    /// <summary>The ids of the fields by which rows are sorted from now on; null where that stays.</summary>
    public IReadOnlyList<int>? SortBy { get; private set; }

    /// <summary>What is kept of it with the version, for whoever publishes that: <see cref="Replay"/>. Null where there is nothing.</summary>
    public string? Kept => _kept.Count == 0 ? null : _kept.ToJsonString();

    /// <summary>Reads a commit.</summary>
    /// <param name="body">The request.</param>
    /// <param name="location">Where the table is.</param>
    /// <param name="current">The table's metadata; null where there is none.</param>
    /// <param name="now">The time, in milliseconds since 1970: no snapshot is younger.</param>
    /// <exception cref="LakehouseException"><c>invalid_commit</c> (<see cref="ErrorKind.InvalidInput"/>).</exception>
    public static TableUpdate Read(JsonObject body, string location, TableMetadata? current, long now)
    {
        var update = new TableUpdate(Objects(body, "requirements"));
        GivenSchema? added = null;
        IReadOnlyList<int>? order = null;
        string? main = null;
        foreach (var json in Objects(body, "updates"))
        {
            switch (GivenJson.Text(json, "action"))
            {
                case "assign-uuid":
                    update.Id = Guid.TryParse(GivenJson.Text(json, "uuid"), out var id) ? id : throw GivenJson.Invalid("\"uuid\" is none");
                    if (current is not null && current.Id != id)
                    {
                        throw GivenJson.Invalid("the table has an id already");
                    }

                    break;
                case "upgrade-format-version":
                    RequireVersion(GivenJson.Number(json, "format-version"));
                    break;
                case "set-location":
                    RequireLocation(GivenJson.Text(json, "location"), location);
                    break;
                case "add-schema":
                    added = GivenSchema.Read(json["schema"]);
                    break;
                case "set-current-schema":
                    update.Schema = SchemaOf(GivenJson.Number(json, "schema-id"), added, current);
                    break;
                case "add-spec":
                    RequireUnpartitioned(json["spec"]);
                    break;
                case "set-default-spec":
                    break;
                case "add-sort-order":
                    order = ReadOrder(json["sort-order"]);
                    break;
                case "set-default-sort-order":
                    update.SortBy = order ?? (GivenJson.Number(json, "sort-order-id") == 0 ? [] : null);
                    break;
                case "add-snapshot":
                    update._snapshots.Add(ReadSnapshot(json["snapshot"], now));
                    break;
                case "set-snapshot-ref" when GivenJson.Text(json, "ref-name") == Main:
                    main = GivenJson.Text(json, "type") == "branch" ? "set" : throw GivenJson.Invalid("main is a branch");
                    update.RequireLast(GivenJson.Number(json, "snapshot-id"), current);
                    break;
                case "set-snapshot-ref" when GivenJson.Text(json, "type") != "tag":
                    throw GivenJson.Invalid("a dataset has one line of versions, so that there is no branch but main");
                case "remove-snapshot-ref" when GivenJson.Text(json, "ref-name") == Main:
                    throw GivenJson.Invalid("main stays");
                case "set-properties":
                    GivenJson.Texts(json, "updates").ToList().ForEach(RequireProperty);
                    update.Keep(json);
                    break;
                case "remove-properties":
                    Removals(json).ForEach(RequireOwn);
                    update.Keep(json);
                    break;
                case "set-snapshot-ref" or "set-statistics" or "set-partition-statistics":
                    update.RequireKnown(SnapshotOf(json), current);
                    update.Keep(json);
                    break;
                case "remove-snapshot-ref":
                    _ = GivenJson.Text(json, "ref-name");
                    update.Keep(json);
                    break;
                case "remove-statistics" or "remove-partition-statistics":
                    _ = GivenJson.Number(json, "snapshot-id");
                    update.Keep(json);
                    break;
                case "remove-snapshots":
                    throw GivenJson.Invalid(
                        "snapshots are removed by the lake, with the versions that they are made of (iceberg.keep_snapshots, iceberg.keep_for)");
                case var other:
                    throw GivenJson.Invalid($"the update '{other}' is none that it knows");
            }
        }

        if (update._kept.Count > 0)
        {
            // What cannot be replayed now could not be later, either.
            Replay(update.Kept!, current?.Copy() ?? TableMetadata.Create(Guid.Empty, location));
        }

        if (update._snapshots.Count > 0 && main is null)
        {
            throw GivenJson.Invalid("a new snapshot becomes the current one of main (set-snapshot-ref); there is no other branch");
        }

        return update;
    }

    /// <summary>Refuses a commit where the table is not as its client takes it to be.</summary>
    /// <param name="body">The request.</param>
    /// <param name="metadata">The table.</param>
    /// <exception cref="LakehouseException"><c>commit_conflict</c>, <c>table_exists</c> (<see cref="ErrorKind.Conflict"/>); <c>invalid_commit</c>.</exception>
    public static void RequireMet(JsonObject body, TableMetadata metadata)
    {
        foreach (var requirement in Objects(body, "requirements"))
        {
            var type = GivenJson.Text(requirement, "type");
            var isMet = type switch
            {
                "assert-create" => throw Exists(),
                "assert-table-uuid" => Guid.TryParse(GivenJson.Text(requirement, "uuid"), out var id) && id == metadata.Id,
                "assert-ref-snapshot-id" => metadata.RefOf(GivenJson.Text(requirement, "ref")) == GivenJson.OptionalNumber(requirement, "snapshot-id"),
                "assert-last-assigned-field-id" => GivenJson.Number(requirement, "last-assigned-field-id") == metadata.LastColumnId,
                "assert-current-schema-id" => GivenJson.Number(requirement, "current-schema-id") == metadata.SchemaId,
                "assert-last-assigned-partition-id" => GivenJson.Number(requirement, "last-assigned-partition-id") == metadata.LastPartitionId,
                "assert-default-spec-id" => GivenJson.Number(requirement, "default-spec-id") == 0,
                "assert-default-sort-order-id" => GivenJson.Number(requirement, "default-sort-order-id") == metadata.SortOrderId,
                _ => throw GivenJson.Invalid($"the requirement '{type}' is none that it knows"),
            };
            if (!isMet)
            {
                throw GivenJson.Overtaken($"{type} does not hold");
            }
        }
    }

    public static LakehouseException Exists() =>
        new(ErrorKind.Conflict, "table_exists", "There is a table or a dataset of that name. DELETE /v1/catalog/dataset/{name} drops a dataset.");

    /// <summary>Makes the changes of <see cref="Kept"/> in metadata.</summary>
    public static void Replay(string kept, TableMetadata metadata)
    {
        foreach (var json in JsonNode.Parse(kept)!.AsArray().Select(n => n!.AsObject()))
        {
            switch (GivenJson.Text(json, "action"))
            {
                case "set-properties":
                    foreach (var (name, value) in GivenJson.Texts(json, "updates").Where(p => p.Key != FormatVersion))
                    {
                        metadata.SetProperty(name, value);
                    }

                    break;
                case "remove-properties":
                    Removals(json).ForEach(name => metadata.SetProperty(name, null));

                    break;
                case "set-snapshot-ref":
                    metadata.SetRef(GivenJson.Text(json, "ref-name"), json);
                    break;
                case "remove-snapshot-ref":
                    metadata.SetRef(GivenJson.Text(json, "ref-name"), null);
                    break;
                case var action when action.EndsWith("statistics", StringComparison.Ordinal):
                    metadata.SetStatistics(action, json);
                    break;
            }
        }
    }

    /// <summary>The snapshot of <see cref="Kept"/>; null for none.</summary>
    public static Snapshot? SnapshotIn(string kept) =>
        JsonNode.Parse(kept)!.AsArray().LastOrDefault(u => u!["action"]!.GetValue<string>() == "add-snapshot") is { } added
            ? Snapshot.Read(added["snapshot"]!)
            : null;

    /// <summary>
    /// Keeps the last of its snapshots. Those before it are steps of one commit, such as the deletion of an overwrite: no version of the dataset is made of
    /// them, so that nothing would hold their files.
    /// </summary>
    public void KeepSnapshot()
    {
        var last = _snapshots[^1] with { ParentId = _snapshots[0].ParentId };
        Keep(new JsonObject { ["action"] = "add-snapshot", ["snapshot"] = last.ToJson() });
    }

    /// <summary>Refuses properties that say what is not so here.</summary>
    public static void RequireProperty(KeyValuePair<string, string> property)
    {
        var (name, value) = property;
        if (Modes.Contains(name) && value != "copy-on-write")
        {
            throw DeleteFiles();
        }

        if (Places.Contains(name))
        {
            throw GivenJson.Invalid($"{name} cannot be set: a table's files are below its location");
        }

        if (name == "write.format.default" && !value.Equals("parquet", StringComparison.OrdinalIgnoreCase))
        {
            throw GivenJson.Invalid("the data files of the lake are Parquet (write.format.default)");
        }

        if (name == FormatVersion)
        {
            RequireVersion(long.TryParse(value, CultureInfo.InvariantCulture, out var version) ? version : 0);
        }
        else
        {
            RequireOwn(name);
        }
    }

    private static void RequireOwn(string name)
    {
        if (name.StartsWith("lakehouse.", StringComparison.Ordinal) || name is NameMapping.Property or "gc.enabled")
        {
            throw GivenJson.Invalid($"the lake sets {name} itself");
        }
    }

    /// <summary>Refuses files that say which rows of others are gone.</summary>
    public static LakehouseException DeleteFiles() => GivenJson.Invalid(
        "row-level delete files are not read here; set write.delete.mode, write.update.mode and write.merge.mode to copy-on-write, so that files are written "
        + "again without the rows");

    public static void RequireVersion(long version)
    {
        if (version is < 1 or > 2)
        {
            throw GivenJson.Invalid($"tables here have the format version 2, and not {version}");
        }
    }

    public static void RequireUnpartitioned(JsonNode? spec)
    {
        if (spec is JsonObject json && json["fields"] is JsonArray { Count: > 0 })
        {
            throw GivenJson.Invalid(
                "tables here have no partitions: readers pass over files by the least and greatest values in them; leave PARTITIONED BY out");
        }
    }

    public static void RequireLocation(string given, string location)
    {
        if (given.TrimEnd('/') != location)
        {
            throw GivenJson.Invalid($"the table is at {location}, which its name says; leave the location out");
        }
    }

    /// <summary>The fields of a sort order.</summary>
    public static IReadOnlyList<int> ReadOrder(JsonNode? node) => node is JsonObject { } order && order["fields"] is JsonArray fields
        ?
        [
            .. fields.Select(f => f is JsonObject field && field["transform"]?.ToString() == "identity" && field["direction"]?.ToString() == "asc"
                    && field["null-order"]?.ToString() == "nulls-last"
                ? GivenJson.Id(field, "source-id")
                : throw GivenJson.Invalid("data files are sorted by columns, ascending, with NULL last; make the order so, or leave it out")),
        ]
        : [];

    private static List<JsonObject> Objects(JsonObject body, string name) => body[name] is null ? []
        : body[name] is JsonArray items
            ? [.. items.Select(i => i as JsonObject ?? throw GivenJson.Invalid($"\"{name}\" has something that is no object"))]
            : throw GivenJson.Invalid($"\"{name}\" is no list");

    private static GivenSchema? SchemaOf(long id, GivenSchema? added, TableMetadata? current)
    {
        if (added is not null && (id == -1 || id == added.Id))
        {
            return added;
        }

        return current is null ? throw GivenJson.Invalid("set-current-schema names a schema that was not added")
            : id == current.SchemaId ? null
            : GivenSchema.Read(current.SchemaOf((int)id) ?? throw GivenJson.Invalid($"there is no schema {id}"));
    }

    private static Snapshot ReadSnapshot(JsonNode? node, long now)
    {
        try
        {
            var snapshot = Snapshot.Read(node!);
            return snapshot.Id > 0 && snapshot.SequenceNumber > 0
                ? snapshot with { Time = Math.Min(snapshot.Time, now) }
                : throw GivenJson.Invalid("a snapshot's id and sequence number are positive");
        }
        catch (Exception error) when (error is InvalidOperationException or NullReferenceException or FormatException or ArgumentException)
        {
            throw GivenJson.Invalid("a snapshot has \"snapshot-id\", \"sequence-number\", \"timestamp-ms\", \"manifest-list\" and \"summary\"", error);
        }
    }

    private void RequireLast(long id, TableMetadata? current)
    {
        if (_snapshots.Count == 0 ? id != current?.Current?.Id : id != _snapshots[^1].Id)
        {
            throw GivenJson.Invalid("main is set to the snapshot that was added last; POST /v1/catalog/restore/{name}?version=N goes back to an older one");
        }
    }

    private static List<string> Removals(JsonObject json) => json["removals"] is JsonArray names
        ? [.. names.Select(n => n is JsonValue value && value.TryGetValue<string>(out var name) ? name : throw GivenJson.Invalid("\"removals\" are texts"))]
        : throw GivenJson.Invalid("\"removals\" is no list");

    /// <summary>The snapshot that a tag or statistics are of.</summary>
    private static long SnapshotOf(JsonObject json)
    {
        var of = json["statistics"] ?? json["partition-statistics"];
        if (of is not null || GivenJson.Text(json, "action") != "set-snapshot-ref")
        {
            var statistics = of as JsonObject ?? throw GivenJson.Invalid("\"statistics\" is no object");
            _ = GivenJson.Text(statistics, "statistics-path");
            return GivenJson.Number(statistics, "snapshot-id");
        }

        _ = GivenJson.Text(json, "ref-name");
        return GivenJson.Number(json, "snapshot-id");
    }

    private void RequireKnown(long snapshot, TableMetadata? current)
    {
        if (snapshot != (_snapshots.Count > 0 ? _snapshots[^1].Id : null) && current?.Snapshots.Any(s => s.Id == snapshot) != true)
        {
            throw GivenJson.Invalid($"there is no snapshot {snapshot}");
        }
    }

    private void Keep(JsonObject update) => _kept.Add(update.DeepClone());
}
