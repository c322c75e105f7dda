using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Access;

namespace Lakehouse.Tests.Integration.Iceberg;

/// <summary>What another engine commits through the REST catalog becomes versions, which SQL and others read alike; what does not fit is refused.</summary>
public sealed class TableWriteTests(IcebergClient client) : IClassFixture<IcebergClient>
{
    private static readonly object Schema = new
    {
        type = "struct",
        fields = new object[]
        {
            new { id = 1, name = "id", required = false, type = "long" },
            new { id = 2, name = "city", required = false, type = "string" },
            new { id = 3, name = "at", required = false, type = "timestamp" },
        },
    };

    [IcebergFact]
    public async Task A_table_that_another_engine_creates_is_a_dataset_for_both()
    {
        await using var host = await LakehouseHost.StartAsync();
        await using var writer = new IcebergWriter(host.Http.BaseAddress!);
        var created = await writer.DoAsync("create", "towns", new { schema = Schema, properties = new { owner = "spark" } });
        created["metadata"]!["properties"]!["owner"]!.GetValue<string>().Should().Be("spark");
        created["metadata"]!["properties"]!["gc.enabled"]!.GetValue<string>().Should().Be("false");
        (await host.RowsAsync("FROM towns")).Should().Be("[]");
        (await host.RowsAsync("SELECT column_name, column_type FROM (DESCRIBE towns)"))
            .Should().Be("""[["id","BIGINT"],["city","VARCHAR"],["at","TIMESTAMP"]]""");

        await AppendAsync(writer, new { id = 1, city = "Oslo", at = 0 }, new { id = 2, city = "Bergen", at = 1_000_000 });
        await RequireSameAsync(host, "towns", """[[1,"Oslo","1970-01-01 00:00:00"],[2,"Bergen","1970-01-01 00:00:01"]]""");
        await host.IngestAsync("towns", "id,city,at\n3,Molde,2020-01-01\n4,Oslo,2021-01-01\n", "&mode=append");
        await AppendAsync(writer, new { id = 5, city = "Voss" });
        await RequireSameAsync(host, "towns");
        await writer.DoAsync("delete", "towns", new { column = "city", value = "Oslo" });
        await RequireSameAsync(host, "towns");
        (await host.RowsAsync("SELECT id FROM towns ORDER BY id")).Should().Be("[[2],[3],[5]]");

        // The lake changes what the other engine has written, and goes back to it.
        await host.IngestAsync("towns", "id,city,at\n2,Bergen!,2020-01-01\n", "&mode=upsert&key=id");
        await RequireSameAsync(host, "towns");
        (await host.Http.PostAsync("/v1/catalog/restore/towns?version=2", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        await RequireSameAsync(host, "towns", """[[1,"Oslo","1970-01-01 00:00:00"],[2,"Bergen","1970-01-01 00:00:01"]]""");
        (await host.RowsAsync("SELECT DISTINCT made_by FROM lakehouse.snapshots WHERE dataset = 'towns' AND version IN (1, 2)"))
            .Should().Be("""[["iceberg"]]""");
    }

    [IcebergFact]
    public async Task A_table_can_be_created_by_its_first_commit()
    {
        await using var host = await LakehouseHost.StartAsync();
        await using var writer = new IcebergWriter(host.Http.BaseAddress!);
        var made = await writer.DoAsync(
            "create", "t", new { schema = Schema, staged = true, rows = new[] { new { id = 7, city = "Oslo" } }, properties = new { a = "b" } });
        var id = made["metadata"]!["table-uuid"]!.GetValue<string>();
        await RequireSameAsync(host, "t", """[[7,"Oslo",null]]""");
        await AppendAsync(writer, "t", new { id = 8 });
        var read = await RequireSameAsync(host, "t");
        read["metadata"]!["table-uuid"]!.GetValue<string>().Should().Be(id);
        read["metadata"]!["properties"]!["a"]!.GetValue<string>().Should().Be("b");

        // Without its metadata, of which the first snapshot was the other engine's, it is made again.
        await writer.DoAsync("create", "u", new { schema = Schema, staged = true, rows = new[] { new { id = 7 } } });
        (await host.Http.DeleteAsync("/v1/catalog/publish/u")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await host.Http.PutAsync("/v1/catalog/publish/u", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        await RequireSameAsync(host, "u", "[[7,null,null]]");

        var again = await writer.TryAsync("create", "t", new { schema = Schema, staged = true, rows = new[] { new { id = 7 } } });
        again.Status.Should().Be(409);
        again.Message.Should().Contain("AlreadyExistsException");
        (await writer.TryAsync("commit", "t", new { requirements = new[] { new { type = "assert-create" } } })).Status.Should().Be(409);
    }

    [IcebergFact]
    public async Task Columns_that_another_engine_adds_keep_their_ids_in_all_that_the_lake_writes()
    {
        using var folder = new TemporaryFolder();
        await using (var host = await LakehouseHost.StartInAsync(folder.Path))
        {
            await using var writer = new IcebergWriter(host.Http.BaseAddress!);
            await host.IngestAsync("t", "id,city\n1,Oslo\n");
            await host.Http.PutAsync("/v1/catalog/publish/t", null);
            var widened = await writer.DoAsync(
                "widen", "t",
                new { fields = new[] { new { name = "score", type = "double" } }, rows = new[] { new { id = 2, city = "Bergen", score = 1.5 } } });
            var added = widened["metadata"]!["schemas"]!.AsArray()[^1]!["fields"]!.AsArray()[^1]!["id"]!.GetValue<int>();
            await RequireSameAsync(host, "t", """[[1,"Oslo",null],[2,"Bergen",1.5]]""");
            await host.IngestAsync("t", "id,city,score\n3,Voss,2.5\n", "&mode=append");
            await host.IngestAsync("t", "id,city,score\n1,Oslo,0.5\n", "&mode=upsert&key=id");
            var read = await RequireSameAsync(host, "t");
            Fields(read).Should().Contain(f => f["name"]!.GetValue<string>() == "score" && f["id"]!.GetValue<int>() == added);
            (await host.RowsAsync("SELECT max(version) FROM lakehouse.snapshots WHERE dataset = 't'")).Should().Be("[[4]]", "no file had to be written again");
        }

        // The ids are in the manifests, so that the table can be made again from nothing.
        Directory.Delete(Path.Combine(folder.Path, "objects", "datasets", "t", "metadata"), recursive: true);
        await using var later = await LakehouseHost.StartInAsync(folder.Path);
        await using var again = new IcebergWriter(later.Http.BaseAddress!);
        await RequireSameAsync(later, "t");
        await again.DoAsync("widen", "t", new { fields = new[] { new { name = "more", type = "int" } } });
        await later.IngestAsync("t", "id,city,score,more\n9,Bodø,1.5,7\n", "&mode=append");
        await RequireSameAsync(later, "t");
        (await later.RowsAsync("SELECT more FROM t WHERE id = 9")).Should().Be("[[7]]");
    }

    [IcebergFact]
    public async Task What_is_not_as_it_says_is_refused_and_changes_nothing()
    {
        await using var host = await LakehouseHost.StartAsync();
        await using var writer = new IcebergWriter(host.Http.BaseAddress!);
        await host.IngestAsync("secret", "id,city\n7,x\n");
        await host.IngestAsync("t", "id,city\n1,Oslo\n");
        await host.Http.PutAsync("/v1/catalog/publish/t", null);
        var row = new[] { new { id = 1 } };
        var secret = (await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/manifest/secret")).GetProperty("objects")[0].GetProperty("key").GetString();
        var own = (await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/manifest/t")).GetProperty("objects")[0].GetProperty("key").GetString();
        var metadata = (await writer.DoAsync("list", "t"))["metadata"]!;
        var location = metadata["location"]!.GetValue<string>();
        int Id(string column) => metadata["schemas"]![0]!["fields"]!.AsArray().Single(f => f!["name"]!.GetValue<string>() == column)!["id"]!.GetValue<int>();
        var root = location[..location.LastIndexOf("datasets/t", StringComparison.Ordinal)];

        await RefusedAsync("spoil", new { rows = row, file = new { record_count = 2 } }, "it has 1 rows, and its manifest says 2");
        await RefusedAsync("spoil", new { rows = row, file = new { file_size_in_bytes = 5 } }, "its manifest says 5");
        await RefusedAsync("spoil", new { rows = row, file = new { file_path = location + "/data/none.parquet" } }, "it is not there");
        await RefusedAsync("spoil", new { rows = row, file = new { file_path = root + secret } }, "not below the table's location");
        await RefusedAsync("spoil", new { rows = row, file = new { file_path = location + "/data/../../secret/x.parquet" } }, "not below the table's location");
        await RefusedAsync("spoil", new { rows = row, file = new { file_path = location + "/metadata/version-hint.text" } }, "not below the table's location");
        await RefusedAsync("spoil", new { rows = row, file = new { content = 1 } }, "copy-on-write");
        await RefusedAsync("spoil", new { rows = row, file = new { file_format = "ORC" } }, "Parquet");
        await RefusedAsync("spoil", new { rows = row, schema = new[] { new { id = 99, name = "id", type = "long" } } }, "does not fit");
        await RefusedAsync("spoil", new { rows = row, snapshot = new Dictionary<string, object> { ["sequence-number"] = 1 } }, "sequence number");
        foreach (var (list, why) in ((string, string)[])
            [
                (location + "/metadata/none.avro", "it is not there"), ("s3://elsewhere/x.avro", "folder metadata"), (root + own, "folder metadata"),
                (root + "datasets/secret/metadata/x.avro", "folder metadata"), (location + "/metadata/version-hint.text", "cannot be read"),
            ])
        {
            await RefusedAsync("spoil", new { rows = row, snapshot = new Dictionary<string, object> { ["manifest-list"] = list } }, why);
        }

        await RefusedAsync("spoil", new { rows = row, snapshot = new Dictionary<string, object> { ["parent-snapshot-id"] = 5 } }, "another parent", 409);
        await RefusedAsync("spoil", new { rows = row, snapshot = new Dictionary<string, object> { ["sequence-number"] = 1L << 52 } }, "next sequence number");
        await RefusedAsync(
            "spoil",
            new
            {
                rows = new[] { new { id = 1, more = "x" } },
                schema = new object[] { new { id = Id("id"), name = "id", type = "long" }, new { id = 777, name = "more", type = "string" } },
            },
            "none of the table's");
        await RefusedAsync("commit", new { updates = new[] { Update("remove-properties", ("removals", new[] { (string?)null })) } }, "texts");
        await RefusedAsync("commit", new { updates = new[] { Update("remove-properties", ("removals", new[] { "gc.enabled" })) } }, "itself");
        var statistics = new Dictionary<string, string> { ["snapshot-id"] = "x", ["statistics-path"] = "y" };
        await RefusedAsync("commit", new { updates = new[] { Update("set-statistics", ("statistics", statistics)) } }, "no whole number");
        await RefusedAsync(
            "commit", new { updates = new[] { Update("set-snapshot-ref", ("ref-name", "a"), ("type", "tag"), ("snapshot-id", 99)) } }, "no snapshot 99");
        await RefusedAsync("commit", new { updates = new[] { new { action = "dance" } } }, "'dance'");
        await RefusedAsync("commit", new { requirements = new[] { new { type = "assert-luck" } } }, "'assert-luck'");
        await RefusedAsync("commit", new { updates = new[] { Update("remove-snapshots", ("snapshot-ids", new[] { 1 })) } }, "iceberg.keep_snapshots");
        await RefusedAsync("commit", new { updates = new[] { Update("upgrade-format-version", ("format-version", 3)) } }, "format version 2");
        await RefusedAsync("commit", new { updates = new[] { Update("set-location", ("location", "s3://x/y")) } }, "leave the location out");
        var mode = new Dictionary<string, string> { ["write.delete.mode"] = "merge-on-read" };
        await RefusedAsync("commit", new { updates = new[] { Update("set-properties", ("updates", mode)) } }, "copy-on-write");
        await RefusedAsync(
            "commit", new { updates = new[] { Update("set-snapshot-ref", ("ref-name", "b"), ("type", "branch"), ("snapshot-id", 1)) } }, "no branch but main");
        await RefusedAsync(
            "commit", new { updates = new[] { Update("set-snapshot-ref", ("ref-name", "main"), ("type", "branch"), ("snapshot-id", 77)) } }, "restore");
        await RefusedAsync("commit", new { requirements = new[] { Requirement("assert-table-uuid", ("uuid", Guid.Empty)) } }, "assert-table-uuid", 409);
        await RefusedAsync(
            "commit", new { requirements = new[] { Requirement("assert-ref-snapshot-id", ("ref", "main"), ("snapshot-id", null)) } }, "does not hold", 409);
        await RefusedAsync("widen", new { fields = new[] { new { name = "city", type = "long" } } }, "does not hold its values");
        await RefusedAsync("widen", new { fields = new[] { new { name = "CITY", type = "string" } } }, "letter cases");
        await RefusedAsync("widen", new { fields = new[] { new { name = "n", type = "fixed[4]" } } }, "docs/iceberg.md");
        await RefusedAsync("widen", new { fields = new object[] { new { name = "n", type = "long", required = true } } }, "make it optional");
        await RefusedAsync("create", new { schema = Schema }, "AlreadyExistsException", 409);
        var parted = new Dictionary<string, object> { ["name"] = "u", ["partition-spec"] = new { fields = new[] { new { name = "p" } } } };
        await RefusedAsync("create", new { schema = Schema, extra = parted }, "no partitions");
        await RefusedAsync("create", new { schema = Schema, extra = new { name = "u", location = "s3://x/u" } }, "leave the location out");
        await RefusedAsync("create", new { schema = Schema, extra = new { name = "a/b" } }, "invalid_name");
        var empty = new { type = "struct", fields = Array.Empty<object>() };
        await RefusedAsync("create", new { schema = empty, extra = new { name = "u" } }, "one column or more");
        foreach (var (type, why) in ((object, string)[])
            [
                (new { type = "struct", fields = Array.Empty<object>() }, "without fields"),
                (new { type = "list", element = "int", element_id = 1 }, "element-id"),
                ("geometry", "docs/iceberg.md"),
            ])
        {
            var odd = new { type = "struct", fields = new[] { new { id = 1, name = "n", type } } };
            await RefusedAsync("create", new { schema = odd, extra = new { name = "u" } }, why);
            await RefusedAsync("create", new { schema = odd, staged = true, extra = new { name = "u" } }, why);
        }

        foreach (var name in (string[])["", "a\0b", "twin"])
        {
            var other = new { id = name == "twin" ? 1 : 2, name = "o", type = "int" };
            var odd = new { type = "struct", fields = new[] { new { id = 1, name, type = "int" }, other } };
            await RefusedAsync("create", new { schema = odd, extra = new { name = "u" } }, name == "twin" ? "same id" : "the name of a column");
        }

        using var twice = await host.Http.PostAsync(
            "/iceberg/v1/namespaces/lake/tables/t", new StringContent("""{"updates":[],"updates":[]}""", System.Text.Encoding.UTF8, "application/json"));
        twice.StatusCode.Should().Be(HttpStatusCode.BadRequest);

        (await host.RowsAsync("FROM t")).Should().Be("""[[1,"Oslo"]]""");
        (await host.RowsAsync("SELECT max(version) FROM lakehouse.snapshots WHERE dataset = 't'")).Should().Be("[[1]]");
        (await host.Http.GetAsync("/v1/catalog/manifest/u")).StatusCode.Should().Be(HttpStatusCode.NotFound);

        async Task RefusedAsync(string op, object more, string message, int status = 400)
        {
            var refused = await writer.TryAsync(op, "t", new JsonObject([.. JsonSerializer.SerializeToNode(more)!.AsObject().Select(p =>
                KeyValuePair.Create(p.Key, p.Value?.DeepClone())), KeyValuePair.Create<string, JsonNode?>("tries", 1)]));
            refused.Message.Should().Contain(message);
            refused.Status.Should().Be(status, refused.Message);
        }
    }

    [IcebergFact]
    public async Task Properties_and_tags_are_kept_and_make_no_version()
    {
        await using var host = await LakehouseHost.StartAsync(("iceberg.keep_snapshots", "1"), ("iceberg.keep_for", "0s"));
        await using var writer = new IcebergWriter(host.Http.BaseAddress!);
        await host.IngestAsync("t", "id\n1\n");
        await host.Http.PutAsync("/v1/catalog/publish/t", null);
        await writer.DoAsync("commit", "t", new
        {
            updates = new[]
            {
                Update("set-properties", ("updates", new { note = "kept" })),
                Update("set-snapshot-ref", ("ref-name", "audit"), ("type", "tag"), ("snapshot-id", 1)),
            },
        });
        await host.IngestAsync("t", "id\n2\n", "&mode=append");
        await host.IngestAsync("t", "id\n3\n", "&mode=append");
        var metadata = (await RequireSameAsync(host, "t"))["metadata"]!;
        metadata["properties"]!["note"]!.GetValue<string>().Should().Be("kept");
        metadata["refs"]!["audit"]!["snapshot-id"]!.GetValue<long>().Should().Be(1);
        metadata["snapshots"]!.AsArray().Select(s => s!["snapshot-id"]!.GetValue<long>()).Should().Equal(1, 3);
        (await host.RowsAsync("SELECT max(version) FROM lakehouse.snapshots WHERE dataset = 't'")).Should().Be("[[3]]");
        await writer.DoAsync("commit", "t", new { updates = new[] { Update("remove-properties", ("removals", new[] { "note" })) } });
        (await writer.DoAsync("list", "t"))["metadata"]!["properties"]!["note"].Should().BeNull();
    }

    [IcebergFact]
    public async Task A_table_of_the_bucket_is_taken_in_where_it_lies()
    {
        await using var host = await LakehouseHost.StartAsync();
        await using var writer = new IcebergWriter(host.Http.BaseAddress!);
        await writer.DoAsync("create", "a", new { schema = Schema });
        await writer.DoAsync("widen", "a", new { fields = new[] { new { name = "score", type = "double" } } });
        await AppendAsync(writer, "a", new { id = 1, score = 0.5 });
        await host.IngestAsync("a", "id,city,at,score\n2,Oslo,2020-01-01,1.5\n", "&mode=append");
        var address = (await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/publish/a?wait=true")).GetProperty("metadata_location").GetString();
        using var taken = await host.Http.PostAsJsonAsync(
            "/iceberg/v1/namespaces/lake/register", new Dictionary<string, string> { ["name"] = "b", ["metadata-location"] = address! });
        taken.StatusCode.Should().Be(HttpStatusCode.OK, await taken.Content.ReadAsStringAsync());
        var (one, two) = (await RequireSameAsync(host, "a"), await RequireSameAsync(host, "b"));
        (await host.RowsAsync("FROM b ORDER BY id")).Should().Be(await host.RowsAsync("FROM a ORDER BY id"));
        Fields(two).Select(f => f["id"]!.GetValue<int>()).Should().Equal(Fields(one).Select(f => f["id"]!.GetValue<int>()));
        await AppendAsync(writer, "b", new { id = 3, score = 2.5 });
        await RequireSameAsync(host, "b");
        (await host.RowsAsync("SELECT count(*) FROM a")).Should().Be("[[2]]");
        using var nothing = await host.Http.PostAsJsonAsync(
            "/iceberg/v1/namespaces/lake/register", new Dictionary<string, string> { ["name"] = "c", ["metadata-location"] = "s3://x/y.json" });
        nothing.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [IcebergFact]
    public async Task Two_snapshots_of_one_commit_are_one_version()
    {
        await using var host = await LakehouseHost.StartAsync();
        await using var writer = new IcebergWriter(host.Http.BaseAddress!);
        await host.IngestAsync("t", "id,city\n1,Oslo\n");
        await host.Http.PutAsync("/v1/catalog/publish/t", null);
        var done = await writer.DoAsync("overwrite", "t", new { rows = new[] { new { id = 2, city = "Bergen" } } });
        var read = await RequireSameAsync(host, "t", """[[2,"Bergen"]]""");
        read["metadata"]!["current-snapshot-id"]!.GetValue<long>().Should().Be(done["id"]!.GetValue<long>());
        (await host.RowsAsync("SELECT max(version) FROM lakehouse.snapshots WHERE dataset = 't'")).Should().Be("[[2]]");
        await AppendAsync(writer, "t", new { id = 3 });
        await RequireSameAsync(host, "t");
    }

    [IcebergFact]
    public async Task Data_files_of_other_engines_are_collected_when_no_version_has_them()
    {
        using var folder = new TemporaryFolder();
        (string, string)[] settings =
        [
            ("catalog.gc_every", "0s"), ("catalog.gc_grace", "6s"), ("catalog.refresh_every", "100ms"), ("catalog.keep_versions", "1"),
            ("catalog.keep_for", "0s"), ("iceberg.keep_snapshots", "1"), ("iceberg.keep_for", "0s"), ("iceberg.collect_every", "200ms"),
            ("iceberg.collect_grace", "1s"),
        ];
        await using var host = await LakehouseHost.StartInAsync(folder.Path, settings);
        await using var writer = new IcebergWriter(host.Http.BaseAddress!);
        await writer.DoAsync("create", "t", new { schema = Schema });
        await AppendAsync(writer, "t", new { id = 1, city = "Oslo" });
        await AppendAsync(writer, "t", new { id = 2, city = "Bergen" });
        await writer.DoAsync("delete", "t", new { column = "city", value = "Oslo" });
        var data = Path.Combine(folder.Path, "objects", "datasets", "t", "data");
        await Until.HoldsAsync(async () =>
        {
            (await host.Http.PostAsync("/v1/catalog/gc", null)).EnsureSuccessStatusCode();
            return Directory.GetFiles(data).Length == 1;
        });
        await RequireSameAsync(host, "t", """[[2,"Bergen",null]]""");
        var stale = await writer.TryAsync("spoil", "t", new { rows = new[] { new { id = 9 } }, file = new { file_path = "" } });
        stale.Status.Should().Be(400);
        (await host.Http.DeleteAsync("/iceberg/v1/namespaces/lake/tables/t?purgeRequested=true")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        await Until.HoldsAsync(async () =>
        {
            (await host.Http.PostAsync("/v1/catalog/gc", null)).EnsureSuccessStatusCode();
            return Directory.Exists(data) ? Directory.GetFiles(data).Length == 0 : true;
        });
    }

    [IcebergFact]
    public async Task Another_engine_and_ingest_append_at_once_and_every_row_is_there_once() => await RaceAsync(await LakehouseHost.StartAsync(), 40);

    [S3Fact]
    public async Task A_profile_commits_to_what_it_may_write_and_sees_all_of()
    {
        var bucket = await S3Server.CreateBucketAsync();
        await using var world = await ProfileWorld.MakeAsync([("catalog.publish", "iceberg"), .. S3Server.SettingsOf(bucket)]);
        await ProfileWorld.PutAsync(world.Admin, "/v1/profiles/spark", new
        {
            actions = new[] { "read", "write" },
            datasets = new[] { "open", "people", "mine" },
            guards = new { people = new { columns = new { name = "null" } } },
        });
        await ProfileWorld.PutAsync(world.Admin, "/v1/profiles/reader", new { actions = new[] { "read" }, datasets = new[] { "open" } });
        using var spark = await ProfileWorld.ClientAsync(world.Host, "spark");
        using var reader = await ProfileWorld.ClientAsync(world.Host, "reader");
        await RequireAsync(spark, "tables/open", HttpStatusCode.OK);
        await RequireAsync(spark, "tables/people", HttpStatusCode.Forbidden);
        await RequireAsync(spark, "tables/secret", HttpStatusCode.Forbidden);
        await RequireAsync(reader, "tables/open", HttpStatusCode.Forbidden);
        await RequireAsync(spark, "tables", HttpStatusCode.OK, new { name = "mine", schema = Schema });
        await RequireAsync(spark, "tables", HttpStatusCode.Forbidden, new { name = "secret2", schema = Schema });
        await RequireAsync(reader, "tables", HttpStatusCode.Forbidden, new { name = "open2", schema = Schema });
        await RequireAsync(spark, "register", HttpStatusCode.Forbidden, new { });
        (await spark.DeleteAsync("/iceberg/v1/namespaces/lake/tables/people")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await spark.DeleteAsync("/iceberg/v1/namespaces/lake/tables/mine?purgeRequested=true")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await spark.GetAsync("/iceberg/v1/namespaces/lake/tables/mine")).StatusCode.Should().Be(HttpStatusCode.NotFound);

        static async Task RequireAsync(HttpClient http, string path, HttpStatusCode status, object? body = null)
        {
            using var answer = await http.PostAsJsonAsync(
                "/iceberg/v1/namespaces/lake/" + path, body ?? new { requirements = Array.Empty<object>(), updates = Array.Empty<object>() });
            answer.StatusCode.Should().Be(status, await answer.Content.ReadAsStringAsync());
        }
    }

    private async Task RaceAsync(LakehouseHost started, int count)
    {
        await using var host = started;
        await using var writer = new IcebergWriter(host.Http.BaseAddress!);
        await host.IngestAsync("t", "id,source\n0,start\n");
        await host.Http.PutAsync("/v1/catalog/publish/t", null);
        var other = writer.DoAsync("append", "t", new { count, rows = new[] { new { id = "N", source = "other" } } });
        for (var i = 0; i < count; i++)
        {
            await host.IngestAsync("t", $"id,source\n{i},ingest\n", "&mode=append");
        }

        (await other)["commits"]!.AsArray().Should().HaveCount(count);
        (await host.RowsAsync("SELECT source, count(*), count(DISTINCT id) FROM t GROUP BY ALL ORDER BY ALL")).Should().Be(
            string.Create(CultureInfo.InvariantCulture, $"""[["ingest",{count},{count}],["other",{count},{count}],["start",1,1]]"""));
        await RequireSameAsync(host, "t");
    }

    private static JsonObject Update(string action, params (string Name, object? Value)[] members) => Named("action", action, members);

    private static JsonObject Requirement(string type, params (string Name, object? Value)[] members) => Named("type", type, members);

    private static JsonObject Named(string member, string name, (string Name, object? Value)[] members) => new(
    [
        KeyValuePair.Create<string, JsonNode?>(member, name),
        .. members.Select(m => KeyValuePair.Create(m.Name, JsonSerializer.SerializeToNode(m.Value))),
    ]);

    private static Task AppendAsync(IcebergWriter writer, params object[] rows) => AppendAsync(writer, "towns", rows);

    private static Task AppendAsync(IcebergWriter writer, string table, params object[] rows) => writer.DoAsync("append", table, new { rows });

    private static IEnumerable<JsonNode> Fields(JsonNode read) => read["metadata"]!["schemas"]!.AsArray()
        .Single(s => s!["schema-id"]!.GetValue<int>() == read["metadata"]!["current-schema-id"]!.GetValue<int>())!["fields"]!.AsArray().Select(f => f!);

    private async Task<JsonNode> RequireSameAsync(LakehouseHost host, string name, string? rows = null)
    {
        var read = await TableRules.RequireSameAsync(client, host, name);
        if (rows is not null)
        {
            (await host.RowsAsync($"FROM {name} ORDER BY ALL")).Should().Be(rows);
        }

        return read;
    }
}
