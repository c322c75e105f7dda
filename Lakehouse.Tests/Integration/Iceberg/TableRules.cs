using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Iceberg;

/// <summary>What the specification of format version 2 requires of metadata, manifest lists and manifests (iceberg.apache.org/spec).</summary>
internal static class TableRules
{
    private static readonly string[] Required =
    [
        "format-version", "table-uuid", "location", "last-sequence-number", "last-updated-ms", "last-column-id", "schemas", "current-schema-id",
        "partition-specs", "default-spec-id", "last-partition-id", "sort-orders", "default-sort-order-id",
    ];

    /// <summary>The ids of the fields of a manifest list, and whether each must have a value.</summary>
    private static readonly Dictionary<int, bool> OfList = new()
    {
        [500] = true,
        [501] = true,
        [502] = true,
        [517] = true,
        [515] = true,
        [516] = true,
        [503] = true,
        [504] = true,
        [505] = true,
        [506] = true,
        [512] = true,
        [513] = true,
        [514] = true,
        [507] = false,
        [519] = false,
    };

    private static readonly Dictionary<int, bool> OfEntry = new() { [0] = true, [1] = false, [3] = false, [4] = false, [2] = true };

    private static readonly Dictionary<int, bool> OfFile = new()
    {
        [134] = true,
        [100] = true,
        [101] = true,
        [102] = true,
        [103] = true,
        [104] = true,
        [108] = false,
        [109] = false,
        [110] = false,
        [137] = false,
        [125] = false,
        [128] = false,
        [131] = false,
        [132] = false,
        [135] = false,
        [140] = false,
    };

    /// <summary>Fails where something is not as it must be.</summary>
    /// <param name="read">What the client has read.</param>
    /// <param name="version">The version of the dataset that the newest snapshot must be.</param>
    public static void Require(JsonNode read, long version)
    {
        var metadata = read["metadata"]!.AsObject();
        Required.Should().OnlyContain(k => metadata.ContainsKey(k));
        metadata["format-version"]!.GetValue<int>().Should().Be(2);
        Guid.TryParse(metadata["table-uuid"]!.GetValue<string>(), out _).Should().BeTrue();
        RequireSchemas(metadata);
        RequireSnapshots(metadata, version);
        RequireManifests(read, metadata);
    }

    /// <summary>The rows that others read are those of SQL, and the metadata is as the specification says. Returns what the client has read.</summary>
    public static async Task<JsonNode> RequireSameAsync(IcebergClient client, LakehouseHost host, string name)
    {
        var shown = await host.Http.GetFromJsonAsync<JsonElement>($"/v1/catalog/publish/{name}?wait=true");
        shown.GetProperty("fault").ValueKind.Should().Be(JsonValueKind.Null, shown.GetRawText());
        shown.GetProperty("published_version").GetInt64().Should().Be(shown.GetProperty("version").GetInt64());
        var address = shown.GetProperty("metadata_location").GetString()!;
        var read = await client.ReadAsync(address[..address.IndexOf("/metadata/", StringComparison.Ordinal)]);
        var expected = JsonNode.Parse(await host.RowsAsync($"FROM \"{name}\""))!.AsArray();
        Lines(read["rows"]!.AsArray()).Should().Equal(Lines(expected));
        Require(read, shown.GetProperty("version").GetInt64());
        return read;

        static IEnumerable<string> Lines(JsonArray rows) => rows.Select(r => Plain(r)!.ToJsonString()).Order(StringComparer.Ordinal);
    }

    /// <summary>Decimals are numbers of 64 bits for the client.</summary>
    private static JsonNode? Plain(JsonNode? node) => node switch
    {
        JsonArray list => new JsonArray([.. list.Select(Plain)]),
        JsonObject json => new JsonObject(json.Select(p => KeyValuePair.Create(p.Key, Plain(p.Value)))),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number =>
            double.Parse(value.GetValue<double>().ToString("G13", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        { } other => other.DeepClone(),
        null => null,
    };

    private static void RequireSchemas(JsonObject metadata)
    {
        var schemas = metadata["schemas"]!.AsArray();
        Numbers(schemas, "schema-id").Should().OnlyHaveUniqueItems().And.Contain(metadata["current-schema-id"]!.GetValue<long>());
        foreach (var schema in schemas)
        {
            var ids = IdsOf(schema!).ToList();
            ids.Should().OnlyHaveUniqueItems();
            ids.Should().OnlyContain(i => i > 0 && i <= metadata["last-column-id"]!.GetValue<int>());
        }

        // The same field has the same id in all schemas.
        foreach (var field in schemas.SelectMany(s => s!["fields"]!.AsArray()).GroupBy(f => f!["name"]!.GetValue<string>() + f["type"]!.ToJsonString()))
        {
            field.Select(f => f!["id"]!.GetValue<int>()).Distinct().Should().ContainSingle();
        }

        Numbers(metadata["sort-orders"]!.AsArray(), "order-id").Should().OnlyHaveUniqueItems().And.Contain(metadata["default-sort-order-id"]!.GetValue<long>());
    }

    private static void RequireSnapshots(JsonObject metadata, long version)
    {
        var snapshots = metadata["snapshots"]!.AsArray();
        Numbers(snapshots, "sequence-number").Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        Numbers(snapshots, "snapshot-id").Should().OnlyHaveUniqueItems();
        Numbers(snapshots, "timestamp-ms").Should().BeInAscendingOrder();
        var last = snapshots[^1]!;
        last["sequence-number"]!.GetValue<long>().Should().Be(metadata["last-sequence-number"]!.GetValue<long>());
        last["snapshot-id"]!.GetValue<long>().Should().Be(metadata["current-snapshot-id"]!.GetValue<long>());
        last["summary"]!["lakehouse.version"]!.GetValue<string>().Should().Be($"{version}");
        metadata["refs"]!["main"]!["snapshot-id"]!.GetValue<long>().Should().Be(last["snapshot-id"]!.GetValue<long>());
        metadata["refs"]!["main"]!["type"]!.GetValue<string>().Should().Be("branch");
        snapshots.Should().OnlyContain(s => s!["summary"]!["operation"] != null && s["manifest-list"] != null);
        var schemas = Numbers(metadata["schemas"]!.AsArray(), "schema-id").ToList();
        Numbers(snapshots, "schema-id").Should().OnlyContain(id => schemas.Contains(id));
        var log = metadata["snapshot-log"]!.AsArray();
        Numbers(log, "timestamp-ms").Should().BeInAscendingOrder();
        Numbers(log, "snapshot-id").Last().Should().Be(metadata["current-snapshot-id"]!.GetValue<long>());
        Numbers(metadata["metadata-log"]!.AsArray(), "timestamp-ms").Should().BeInAscendingOrder();
    }

    private static void RequireManifests(JsonNode read, JsonObject metadata)
    {
        var current = metadata["snapshots"]!.AsArray()[^1]!;
        var list = read["list"]!;
        var isOwn = IsOwn(current["manifest-list"]!);
        RequireFields(list["schema"]!, OfList, isOwn);
        list["metadata"]!["format-version"]!.GetValue<string>().Should().Be("2");
        list["metadata"]!["snapshot-id"]!.GetValue<string>().Should().Be(current["snapshot-id"]!.ToJsonString());
        list["metadata"]!["sequence-number"]!.GetValue<string>().Should().Be(current["sequence-number"]!.ToJsonString());
        var (files, rows) = (0L, 0L);
        foreach (var (listed, manifest) in list["records"]!.AsArray().Zip(read["manifests"]!.AsArray()))
        {
            RequireFields(manifest!["schema"]!, OfEntry, IsOwn(listed!["manifest_path"]!));
            RequireFields(manifest["schema"]!["fields"]!.AsArray()[^1]!["type"]!, OfFile, IsOwn(listed["manifest_path"]!));
            manifest["metadata"]!["content"]!.GetValue<string>().Should().Be("data");
            manifest["metadata"]!["partition-spec-id"]!.GetValue<string>().Should().Be("0");
            JsonNode.Parse(manifest["metadata"]!["schema"]!.GetValue<string>())!["fields"]!.AsArray().Should().NotBeEmpty();
            var entries = manifest["records"]!.AsArray();
            foreach (var (status, word) in ((int, string)[])[(1, "added"), (0, "existing"), (2, "deleted")])
            {
                var of = entries.Where(e => e!["status"]!.GetValue<int>() == status).ToList();
                listed[$"{word}_files_count"]!.GetValue<int>().Should().Be(of.Count);
                Long(listed[$"{word}_rows_count"]).Should().Be(of.Sum(e => Long(e!["data_file"]!["record_count"])));
            }

            var live = entries.Where(e => e!["status"]!.GetValue<int>() != 2).ToList();
            files += live.Count;
            rows += live.Sum(e => Long(e!["data_file"]!["record_count"]));
            Long(listed["sequence_number"]).Should().BeLessThanOrEqualTo(metadata["last-sequence-number"]!.GetValue<long>());
            if (live.Count > 0)
            {
                Long(listed["min_sequence_number"]).Should().Be(live.Min(e => Sequence(e!, listed)));
            }

            foreach (var file in live.Select(e => e!["data_file"]!))
            {
                file["file_format"]!.GetValue<string>().Should().Be("PARQUET");
                Long(file["file_size_in_bytes"]).Should().BePositive();
                if (!file["file_path"]!.GetValue<string>().Contains("/data/", StringComparison.Ordinal))
                {
                    RequireMetrics(file); // of another engine's files there may be none
                }
            }
        }

        if (isOwn)
        {
            current["summary"]!["total-data-files"]!.GetValue<string>().Should().Be($"{files}");
            current["summary"]!["total-records"]!.GetValue<string>().Should().Be($"{rows}");
        }
    }

    private static void RequireMetrics(JsonNode file)
    {
        var rows = Long(file["record_count"]);
        var (values, nulls) = (Pairs(file["value_counts"]), Pairs(file["null_value_counts"]));
        values.Values.Should().OnlyContain(v => long.Parse(v) == rows);
        nulls.Should().OnlyContain(n => long.Parse(n.Value) <= rows && values.ContainsKey(n.Key));
        Pairs(file["lower_bounds"]).Keys.Should().Contain(Pairs(file["upper_bounds"]).Keys).And.OnlyContain(k => values.ContainsKey(k));
        Pairs(file["column_sizes"]).Values.Should().OnlyContain(v => long.Parse(v) > 0);
        file["split_offsets"]?.AsArray().Select(Long).Should().BeInAscendingOrder().And.OnlyContain(o => o >= 4);
    }

    private static Dictionary<int, string> Pairs(JsonNode? pairs) =>
        pairs?.AsArray().ToDictionary(p => p!["key"]!.GetValue<int>(), p => p!["value"]!.ToJsonString().Trim('"')) ?? [];

    /// <summary>Whether this program has written an Avro file, and not another engine.</summary>
    private static bool IsOwn(JsonNode address) => Path.GetFileNameWithoutExtension(address.GetValue<string>()).Split('-') is ["m" or "snap", { Length: 32 }];

    private static void RequireFields(JsonNode schema, Dictionary<int, bool> expected, bool isOwn)
    {
        var fields = schema["fields"]!.AsArray();
        var ids = fields.Select(f => f!["field-id"]!.GetValue<int>()).ToList();
        ids.Should().OnlyHaveUniqueItems().And.Contain(expected.Where(f => f.Value || isOwn).Select(f => f.Key));
        ids.Should().OnlyContain(id => expected.ContainsKey(id));
        foreach (var field in fields)
        {
            (field!["type"] is not JsonArray).Should().Be(expected[field["field-id"]!.GetValue<int>()], field["name"]!.GetValue<string>());
        }
    }

    private static IEnumerable<int> IdsOf(JsonNode node) => node switch
    {
        JsonObject json => json.SelectMany(p =>
            p.Key is "id" or "element-id" or "key-id" or "value-id" ? [p.Value!.GetValue<int>()] : p.Value is null ? [] : IdsOf(p.Value)),
        JsonArray list => list.SelectMany(n => IdsOf(n!)),
        _ => [],
    };

    /// <summary>What a manifest's own snapshot adds has the manifest's number, where it has none.</summary>
    private static long Sequence(JsonNode entry, JsonNode manifest) => Long(entry["sequence_number"] ?? manifest["sequence_number"]);

    /// <summary>Longs of Avro files are texts, and a value of a union is an object with its type.</summary>
    private static long Long(JsonNode? node) => node switch
    {
        JsonObject { Count: 1 } union => Long(union.First().Value),
        JsonValue value when value.TryGetValue<string>(out var text) => long.Parse(text),
        { } number => number.GetValue<long>(),
        null => throw new InvalidOperationException("a number is missing"),
    };

    private static IEnumerable<long> Numbers(JsonArray list, string key) => list.Select(n => n![key]!.GetValue<long>());
}
