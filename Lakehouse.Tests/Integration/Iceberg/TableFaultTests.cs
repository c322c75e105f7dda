using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lakehouse.DuckDb;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Iceberg;

/// <summary>Published tables with odd columns and files, and tables whose objects are lost, damaged or moved.</summary>
public sealed class TableFaultTests(IcebergClient client) : IClassFixture<IcebergClient>
{
    [Theory]
    [InlineData("__duckdb_field_id,b\n1,2\n")]
    [InlineData("__DuckDB_Field_ID,element,key\n1,2,3\n")]
    [InlineData("\"it's \"\"odd\"\", {really}\",\"a.b\",é\n1,2,3\n")]
    public async Task Columns_of_any_name_are_ingested_and_published(string csv)
    {
        await using var host = await LakehouseHost.StartAsync(("catalog.publish", "iceberg"));
        var (status, body) = await host.IngestAsync("t", csv);
        status.Should().Be(HttpStatusCode.OK, body.GetRawText());
        (await ShowAsync(host)).GetProperty("fault").ValueKind.Should().Be(JsonValueKind.Null);
        using var into = await host.Http.PostAsJsonAsync("/v1/sql", new { sql = "FROM t", into = new { dataset = "u" } });
        into.StatusCode.Should().Be(HttpStatusCode.OK, await into.Content.ReadAsStringAsync());
    }

    [IcebergFact]
    public async Task Files_whose_names_differ_in_letter_case_are_found()
    {
        await using var host = await LakehouseHost.StartAsync(("catalog.publish", "iceberg"));
        await host.IngestAsync("t", "city,temp\nOslo,1\n");
        (await host.IngestAsync("t", Parquet("SELECT 'Bergen' AS \"City\", 2::BIGINT AS \"TEMP\""), "&mode=append")).Status.Should().Be(HttpStatusCode.OK);
        await RequireSameAsync(host);
        var request = new { sql = "SELECT 'Molde' AS \"CITY\", 3::BIGINT AS Temp", into = new { dataset = "t", mode = "append" } };
        using var into = await host.Http.PostAsJsonAsync("/v1/sql", request);
        into.StatusCode.Should().Be(HttpStatusCode.OK, await into.Content.ReadAsStringAsync());
        await host.IngestAsync("t", "city,temp\nVoss,4\n", "&mode=append");
        var read = await RequireSameAsync(host);
        read["metadata"]!["snapshots"]!.AsArray().Select(s => s!["summary"]!).Where(s => s["added-records"]?.ToString() != s["deleted-records"]?.ToString())
            .Should().OnlyContain(s => s["operation"]!.GetValue<string>() != "replace", "that changes no rows");
    }

    [Fact]
    public async Task What_is_nested_too_deeply_is_refused_and_not_published()
    {
        await using var host = await LakehouseHost.StartAsync();
        var value = Enumerable.Range(0, 30).Aggregate("1", (inner, _) => $"{{'a': {inner}}}");
        using var into = await host.Http.PostAsJsonAsync("/v1/sql", new { sql = $"SELECT {value} AS v", into = new { dataset = "t" } });
        into.StatusCode.Should().Be(HttpStatusCode.OK, await into.Content.ReadAsStringAsync());
        using var answer = await host.Http.PutAsync("/v1/catalog/publish/t", null);
        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("nested too deeply");
        (await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/publish")).GetProperty("tables").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task A_dropped_dataset_is_no_table_even_where_its_successor_cannot_be_one()
    {
        await using var host = await LakehouseHost.StartAsync(("catalog.publish", "iceberg"));
        await host.IngestAsync("t", "a\n1\n");
        await ShowAsync(host);
        await host.Http.DeleteAsync("/v1/catalog/dataset/t");
        const string nanoseconds = "SELECT TIMESTAMP_NS '2020-01-01 00:00:00.000000001' AS a";
        using var into = await host.Http.PostAsJsonAsync("/v1/sql", new { sql = nanoseconds, into = new { dataset = "t" } });
        into.StatusCode.Should().Be(HttpStatusCode.OK, await into.Content.ReadAsStringAsync());
        using var table = await host.Http.GetAsync("/iceberg/v1/namespaces/lake/tables/t");
        table.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await ShowAsync(host)).GetProperty("published_version").GetInt64().Should().Be(0);
    }

    [IcebergFact]
    public async Task A_table_whose_bucket_is_moved_or_whose_objects_are_damaged_is_made_again()
    {
        using var folder = new TemporaryFolder();
        await using (var host = await LakehouseHost.StartInAsync(folder.File("one"), ("catalog.publish", "iceberg")))
        {
            await host.IngestAsync("t", "a\n1\n");
            await host.IngestAsync("t", "a\n2\n", "&mode=append");
            await RequireSameAsync(host);
        }

        Directory.Move(folder.File("one"), folder.File("two"));
        await using (var host = await LakehouseHost.StartInAsync(folder.File("two"), ("catalog.publish", "iceberg")))
        {
            await RequireSameAsync(host);
        }

        var metadata = Path.Combine(folder.File("two"), "objects", "datasets", "t", "metadata");
        foreach (var damage in (Action[])
        [
            () => File.WriteAllText(Directory.GetFiles(metadata, "v*.metadata.json").OrderBy(f => f.Length).ThenBy(f => f, StringComparer.Ordinal).Last(), ""),
            () => File.WriteAllText(Path.Combine(metadata, "v90.metadata.json"), "{}"),
            () => Array.ForEach(Directory.GetFiles(metadata, "m-*.avro"), File.Delete),
            () => File.WriteAllText(Path.Combine(metadata, "version-hint.text"), "1"),
        ])
        {
            damage();
            await using var host = await LakehouseHost.StartInAsync(folder.File("two"), ("catalog.publish", "iceberg"));
            await RequireSameAsync(host);
            (await host.Http.PostAsync("/v1/catalog/gc", null)).StatusCode.Should().Be(HttpStatusCode.OK);
            await host.IngestAsync("t", $"a\n{Random.Shared.Next().ToString(CultureInfo.InvariantCulture)}\n", "&mode=append");
            await RequireSameAsync(host);
        }
    }

    [IcebergFact]
    public async Task Publishing_and_ending_it_at_once_leaves_one_or_the_other()
    {
        await using var host = await LakehouseHost.StartAsync();
        await host.IngestAsync("t", "a\n1\n");
        for (var round = 0; round < 15; round++)
        {
            var answers = await Task.WhenAll(
                host.Http.PutAsync("/v1/catalog/publish/t", null),
                host.Http.DeleteAsync("/v1/catalog/publish/t"),
                host.Http.PutAsync("/v1/catalog/publish/t", null),
                host.Http.PostAsync("/v1/ingest?name=t&mode=append", new StringContent($"a\n{round}\n")));
            answers.Should().OnlyContain(a => (int)a.StatusCode < 500);
        }

        (await host.Http.PutAsync("/v1/catalog/publish/t", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        await RequireSameAsync(host);
    }

    private static byte[] Parquet(string sql)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("made.parquet");
        using var database = DuckDbDatabase.OpenIsolated("256MB");
        using var connection = database.Connect();
        connection.Execute($"COPY ({sql}) TO {DuckDbSql.Literal(path)} (FORMAT parquet)");
        return File.ReadAllBytes(path);
    }

    private static Task<JsonElement> ShowAsync(LakehouseHost host) => host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/publish/t?wait=true");

    private async Task<JsonNode> RequireSameAsync(LakehouseHost host)
    {
        var shown = await ShowAsync(host);
        shown.GetProperty("fault").ValueKind.Should().Be(JsonValueKind.Null, shown.GetRawText());
        var location = shown.GetProperty("metadata_location").GetString()!;
        var read = await client.ReadAsync(location[..location.IndexOf("/metadata/", StringComparison.Ordinal)]);
        var expected = JsonNode.Parse(await host.RowsAsync("FROM t"))!.AsArray();
        read["rows"]!.AsArray().Select(r => r!.ToJsonString()).Should().BeEquivalentTo(expected.Select(r => r!.ToJsonString()));
        TableRules.Require(read, shown.GetProperty("version").GetInt64());
        return read;
    }
}
