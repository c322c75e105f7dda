using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lakehouse.DuckDb;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Iceberg;

/// <summary>Published datasets, read by packages that know nothing of this program.</summary>
public sealed class PublishedTableTests(IcebergClient client) : IClassFixture<IcebergClient>
{
    private const string AllTypes = """
        SELECT * FROM (VALUES
            (true, 1::TINYINT, -2::SMALLINT, 3::INTEGER, 4::BIGINT, 5::UTINYINT, 6::USMALLINT, 1.5::FLOAT, -2.25::DOUBLE, 12.34::DECIMAL(9,2),
             -1234567.891::DECIMAL(18,3), 123456.7::DECIMAL(30,1), DATE '2024-02-29', TIME '12:34:56.789', TIMESTAMP '2024-02-29 12:34:56.789',
             TIMESTAMPTZ '2024-02-29 12:34:56.5+00', 'text é', UUID '12345678-9abc-def0-1234-56789abcdef0', 'bytes'::BLOB, [1, 2, NULL]::BIGINT[],
             MAP {'a': 1, 'b': 2}::MAP(VARCHAR, INTEGER), {'x': 1, 'y': {'z': 'deep'}}, [{'p': 1}, {'p': NULL}]),
            (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
            (false, 127, 32767, 2147483647, 9007199254740991, 255, 65535, 0, 0, 0::DECIMAL(9,2), 0::DECIMAL(18,3), 0::DECIMAL(30,1),
             DATE '1969-12-31', TIME '00:00:00', TIMESTAMP '1969-12-31 23:59:59.001',
             TIMESTAMPTZ '1900-01-01 00:00:00+00', '', UUID '00000000-0000-0000-0000-000000000000', ''::BLOB, [], MAP {}, {'x': NULL, 'y': NULL}, []))
        t(b, i8, i16, i32, i64, u8, u16, f, d, d9, d18, d30, day, "time", ts, tz, s, id, bin, list, map, struct, structs)
        """;

    [IcebergFact]
    public async Task Every_type_is_read_as_SQL_reads_it()
    {
        await using var host = await LakehouseHost.StartAsync();
        await MakeAsync(host, "t", AllTypes);

        var table = await PublishAsync(host, "t");
        await RequireSameAsync(host, "t");
        var schema = (await client.ReadAsync(LocationOf(table)))["metadata"]!["schemas"]![0]!["fields"]!.AsArray();
        schema.Select(f => f!["type"]!.ToJsonString().Trim('"')).Take(19).Should().Equal(
            "boolean", "int", "int", "int", "long", "int", "int", "float", "double", "decimal(9, 2)", "decimal(18, 3)", "decimal(30, 1)", "date", "time",
            "timestamp", "timestamptz", "string", "uuid", "binary");
    }

    [IcebergFact]
    public async Task Every_kind_of_commit_is_a_snapshot_with_the_rows_of_its_version()
    {
        await using var host = await LakehouseHost.StartAsync(("query.compact_files", "2"), ("query.compact_every", "100ms"), ("query.compact_after", "1h"));
        await host.IngestAsync("t", "id,v\n1,a\n2,b\n3,c\n");
        await PublishAsync(host, "t");
        await RequireSameAsync(host, "t");

        await host.IngestAsync("t", "id,v\n4,d\n", "&mode=append");
        await RequireSameAsync(host, "t");
        await host.IngestAsync("t", "id,v\n6,f\n", "&mode=append");
        await Until.HoldsAsync(async () => await host.RowsAsync("SELECT count(*) FROM lakehouse.objects WHERE dataset = 't'") == "[[1]]");
        await RequireSameAsync(host, "t");
        await host.IngestAsync("t", "id,v,more\n2,x,1.5\n5,e,2\n", "&mode=upsert&key=id&evolve=true");
        await RequireSameAsync(host, "t");
        (await host.Http.DeleteAsync("/v1/catalog/dataset/t/rows?where=id%3D1")).StatusCode.Should().Be(HttpStatusCode.OK);
        await RequireSameAsync(host, "t");
        (await host.Http.PostAsync("/v1/catalog/restore/t?version=1", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        await RequireSameAsync(host, "t");
        await host.IngestAsync("t", "id,v\n9,z\n");
        var last = await RequireSameAsync(host, "t");

        var operations = last["metadata"]!["snapshots"]!.AsArray().Select(s => s!["summary"]!["operation"]!.GetValue<string>()).ToList();
        operations.Should().Contain(["append", "replace", "overwrite"]);
    }

    [IcebergFact]
    public async Task A_deletion_that_leaves_nothing_of_a_file_is_a_delete()
    {
        await using var host = await LakehouseHost.StartAsync(("query.compact_files", "0"));
        await host.IngestAsync("t", "id\n1\n");
        await PublishAsync(host, "t");
        await host.IngestAsync("t", "id\n2\n", "&mode=append");
        (await host.Http.DeleteAsync("/v1/catalog/dataset/t/rows?where=id%3D2")).StatusCode.Should().Be(HttpStatusCode.OK);
        var table = await RequireSameAsync(host, "t");
        table["metadata"]!["snapshots"]!.AsArray()[^1]!["summary"]!["operation"]!.GetValue<string>().Should().Be("delete");
    }

    [IcebergFact]
    public async Task Files_that_others_would_misread_are_written_again()
    {
        await using var host = await LakehouseHost.StartAsync();
        await host.IngestAsync("t", "id,v\n1,10\n2,20\n");
        await PublishAsync(host, "t");
        await host.IngestAsync("t", "id,v\n3,0.5\n", "&mode=append&evolve=true");
        (await host.RowsAsync("SELECT typeof(v) FROM t LIMIT 1")).Should().Be("[[\"DOUBLE\"]]");

        await RequireSameAsync(host, "t");
        (await host.RowsAsync("FROM t ORDER BY id")).Should().Be("[[1,10],[2,20],[3,0.5]]");
    }

    [IcebergFact]
    public async Task A_Parquet_file_of_another_table_does_not_bring_its_field_ids()
    {
        await using var host = await LakehouseHost.StartAsync();
        await host.IngestAsync("t", "a,b\n1,x\n");
        await PublishAsync(host, "t");
        var id = (await client.ReadAsync(LocationOf(await ShowAsync(host, "t"))))["metadata"]!["schemas"]![0]!["fields"]![0]!["id"]!.GetValue<int>();
        var file = WriteParquet("SELECT 2::BIGINT AS a, 'y' AS b", $", FIELD_IDS {{a: {id + 1}, b: {id}}}");
        (await host.IngestAsync("t", file, "&mode=append")).Status.Should().Be(HttpStatusCode.OK);
        await RequireSameAsync(host, "t");

        // One without ids is found by the names.
        (await host.IngestAsync("t", WriteParquet("SELECT 3::BIGINT AS a, 'z' AS b", string.Empty), "&mode=append")).Status.Should().Be(HttpStatusCode.OK);
        await RequireSameAsync(host, "t");
        (await host.RowsAsync("FROM t ORDER BY a")).Should().Be("""[[1,"x"],[2,"y"],[3,"z"]]""");
    }

    [IcebergFact]
    public async Task What_Iceberg_has_no_type_for_gets_the_nearest_one_that_has_its_values()
    {
        await using var host = await LakehouseHost.StartAsync();
        await host.IngestAsync("t", WriteParquet(
            """
            SELECT 4294967295::UINTEGER AS a, 18446744073709551615::UBIGINT AS b, TIMESTAMP_NS '2020-01-01 00:00:00.001' AS c, [1::UINTEGER] AS d,
                {'x y': 2::UBIGINT} AS e, 'x' AS f UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, 'y'
            """, string.Empty));
        var before = await host.RowsAsync("FROM t ORDER BY f");
        await PublishAsync(host, "t");
        await RequireSameAsync(host, "t");
        (await host.RowsAsync("SELECT column_type FROM (DESCRIBE t)")).Should().Be(
            """[["BIGINT"],["DECIMAL(20,0)"],["TIMESTAMP"],["BIGINT[]"],["STRUCT(\"x y\" DECIMAL(20,0))"],["VARCHAR"]]""");
        (await host.RowsAsync("FROM t ORDER BY f")).Should().Be(before);
        (await host.RowsAsync("SELECT made_by FROM lakehouse.snapshots WHERE dataset = 't' ORDER BY version")).Should().Be("""[["ingest"],["types"]]""");

        // What comes later as it was is read as the dataset's types, and written again for others.
        await host.IngestAsync("t", WriteParquet("SELECT 7::UINTEGER AS a, 'z' AS f", string.Empty), "&mode=append&evolve=true");
        await RequireSameAsync(host, "t");
        (await host.RowsAsync("SELECT a, typeof(a) FROM t WHERE f = 'z'")).Should().Be("""[[7,"BIGINT"]]""");
    }

    [IcebergTheory]
    [InlineData("INTERVAL 1 DAY", "VARCHAR")]
    [InlineData("TIMESTAMP_NS '2020-01-01 00:00:00.000000001'", "not the same as TIMESTAMP")]
    [InlineData("{'a': 1, 'b': INTERVAL 1 DAY}", "VARCHAR")]
    public async Task What_has_no_like_in_Iceberg_is_refused_and_stays(string value, string reason)
    {
        await using var host = await LakehouseHost.StartAsync();
        await host.IngestAsync("t", WriteParquet($"SELECT {value} AS v", string.Empty));
        var before = await host.RowsAsync("SELECT v::VARCHAR, typeof(v) FROM t");
        using var answer = await host.Http.PutAsync("/v1/catalog/publish/t", null);
        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().Should().Be("not_publishable");
        problem.GetProperty("detail").GetString().Should().Contain("'v'").And.Contain(reason);
        (await host.RowsAsync("SELECT v::VARCHAR, typeof(v) FROM t")).Should().Be(before);

        // One that becomes so later stays as it was for others, and says why.
        await host.IngestAsync("u", "a\n1\n");
        await PublishAsync(host, "u");
        await host.Http.DeleteAsync("/v1/catalog/dataset/u");
        await host.IngestAsync("u", WriteParquet($"SELECT {value} AS v", string.Empty));
        var shown = await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/publish/u?wait=true");
        shown.GetProperty("fault").GetString().Should().Contain("'v'").And.Contain(reason);
        (await host.Http.GetStringAsync("/v1/journal")).Should().Contain("not_published");
    }

    [IcebergFact]
    public async Task With_the_setting_every_dataset_is_published_without_being_asked()
    {
        await using var host = await LakehouseHost.StartAsync(("catalog.publish", "iceberg"));
        await host.IngestAsync("a", "x\n1\n");
        await host.IngestAsync("b", "y\n2\n");
        await RequireSameAsync(host, "a");
        await RequireSameAsync(host, "b");
        using var answer = await host.Http.DeleteAsync("/v1/catalog/publish/a");
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("publishes_all");
    }

    [IcebergFact]
    public async Task A_restart_goes_on_where_it_was_and_a_lost_table_is_made_again()
    {
        using var folder = new TemporaryFolder();
        string location;
        await using (var host = await LakehouseHost.StartInAsync(folder.Path))
        {
            await host.IngestAsync("t", "a\n1\n");
            location = LocationOf(await PublishAsync(host, "t"));
        }

        await using (var host = await LakehouseHost.StartInAsync(folder.Path))
        {
            await host.IngestAsync("t", "a\n2\n", "&mode=append");
            var table = await RequireSameAsync(host, "t");
            table["metadata"]!["snapshots"]!.AsArray().Should().HaveCount(2);
        }

        Directory.Delete(location["file://".Length..] + "/metadata", recursive: true);
        await using var last = await LakehouseHost.StartInAsync(folder.Path);
        await RequireSameAsync(last, "t");
        (await last.Http.DeleteAsync("/v1/catalog/publish/t")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        Directory.GetFiles(location["file://".Length..], "*", SearchOption.AllDirectories).Should().OnlyContain(
            f => f.EndsWith(".parquet", StringComparison.Ordinal));
        (await last.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[2]]");
    }

    [IcebergFact]
    public async Task The_files_of_a_snapshot_are_kept_as_long_as_it_is()
    {
        await using var host = await LakehouseHost.StartAsync(
            ("catalog.keep_versions", "1"), ("catalog.keep_for", "0s"), ("catalog.gc_grace", "1s"), ("catalog.refresh_every", "100ms"),
            ("iceberg.keep_snapshots", "2"), ("iceberg.keep_for", "0s"), ("iceberg.collect_grace", "0s"), ("iceberg.collect_every", "100ms"),
            ("iceberg.keep_metadata", "1"));
        for (var i = 1; i <= 4; i++)
        {
            await host.IngestAsync("t", $"a\n{i}\n");
            await PublishAsync(host, "t");
        }

        await Task.Delay(TimeSpan.FromSeconds(2.5));
        await host.Http.PostAsync("/v1/catalog/gc", null);
        var table = await RequireSameAsync(host, "t");
        var snapshots = table["metadata"]!["snapshots"]!.AsArray();
        snapshots.Select(s => s!["summary"]!["lakehouse.version"]!.GetValue<string>()).Should().Equal("3", "4");
        (await host.RowsAsync("SELECT a FROM \"t@3\"")).Should().Be("[[3]]", "its data file is there");
        (await host.RefusalAsync("SELECT a FROM \"t@2\"")).Code.Should().Be("version_not_found");

        // Only what these need is left of the metadata.
        var folder = LocationOf(await ShowAsync(host, "t"))["file://".Length..] + "/metadata";
        await Until.HoldsAsync(() => Directory.GetFiles(folder, "*.metadata.json").Length == 2 && Directory.GetFiles(folder, "snap-*").Length == 2);
        Directory.GetFiles(folder, "m-*").Length.Should().BeLessThanOrEqualTo(4);
    }

    [IcebergFact]
    public async Task Many_small_appends_have_few_manifests()
    {
        await using var host = await LakehouseHost.StartAsync(("iceberg.merge_manifests", "5"), ("query.compact_files", "0"));
        await host.IngestAsync("t", "a\n0\n");
        await PublishAsync(host, "t");
        for (var i = 1; i <= 12; i++)
        {
            await host.IngestAsync("t", $"a\n{i}\n", "&mode=append");
            await ShowAsync(host, "t");
        }

        var table = await RequireSameAsync(host, "t");
        table["manifests"]!.AsArray().Count.Should().BeLessThan(5);
        table["manifests"]!.AsArray().Sum(m => m!["records"]!.AsArray().Count).Should().Be(13);
    }

    private static async Task MakeAsync(LakehouseHost host, string name, string sql)
    {
        using var answer = await host.Http.PostAsJsonAsync("/v1/sql", new { sql, into = new { dataset = name } });
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    private static byte[] WriteParquet(string sql, string options)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "made.parquet");
        using var database = DuckDbDatabase.OpenIsolated("256MB");
        using var connection = database.Connect();
        connection.Execute($"COPY ({sql}) TO {DuckDbSql.Literal(path)} (FORMAT parquet{options})");
        return File.ReadAllBytes(path);
    }

    private static async Task<JsonElement> PublishAsync(LakehouseHost host, string name)
    {
        using var answer = await host.Http.PutAsync($"/v1/catalog/publish/{name}", null);
        var table = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, table.GetRawText());
        return table;
    }

    private static Task<JsonElement> ShowAsync(LakehouseHost host, string name) =>
        host.Http.GetFromJsonAsync<JsonElement>($"/v1/catalog/publish/{name}?wait=true");

    private static string LocationOf(JsonElement table) =>
        table.GetProperty("metadata_location").GetString() is { } address ? address[..address.IndexOf("/metadata/", StringComparison.Ordinal)] : string.Empty;

    private Task<JsonNode> RequireSameAsync(LakehouseHost host, string name) => TableRules.RequireSameAsync(client, host, name);
}
