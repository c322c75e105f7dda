using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Stores;

namespace Lakehouse.Tests.Integration.Stored;

/// <summary>Data files whose rows are sorted.</summary>
public sealed class SortTests
{
    [Fact]
    public async Task The_rows_of_each_data_file_are_sorted_whatever_happens_to_them()
    {
        using var folder = new TemporaryFolder();
        await using (var host = await LakehouseHost.StartInAsync(folder.Path, ("ingest.segment_bytes", "16KiB")))
        {
            var (status, body) = await host.IngestAsync("t", Csv(0, 5_000), "&sort_by=CITY,id");
            status.Should().Be(HttpStatusCode.OK);
            body.GetProperty("manifest").GetProperty("sort_by").EnumerateArray().Select(c => c.GetString()).Should().Equal("CITY", "id");
            await RequireSortedAsync(host, 5_000, 3);

            // As the dataset has it, where nothing is said.
            await host.IngestAsync("t", Csv(5_000, 3_000), "&mode=append");
            await RequireSortedAsync(host, 8_000, 5);
            await host.IngestAsync("t", Csv(7_900, 200), "&mode=upsert&key=id");
            await RequireSortedAsync(host, 8_100, 5);
            (await host.Http.DeleteAsync("/v1/catalog/dataset/t/rows?where=id%20%25%203%20%3D%200")).EnsureSuccessStatusCode();
            await RequireSortedAsync(host, 5_400, 1);
            await host.IngestAsync("t", "id,city,extra\n1,Aa,x\n2,,y\n", "&mode=append&evolve=true");
            await host.IngestAsync("t", "id,city,extra\n3,zz,x\n4,yy,y\n", "&mode=append");
            await host.IngestAsync("t", "id,city,extra\n5,xx,x\n6,ww,y\n", "&mode=append");
            await RequireSortedAsync(host, 5_406, 4);
        }

        await using (var merging = await LakehouseHost.StartInAsync(folder.Path, ("query.compact_files", "2"), ("query.compact_every", "100ms")))
        {
            await StorageEndpointTests.WaitForAsync(() => merging.RowsAsync(
                "SELECT count(*) > 0 FROM lakehouse.snapshots WHERE dataset = 't' AND made_by = 'compaction'").Result == "[[true]]");
            await RequireSortedAsync(merging, 5_406, 1);
        }

        await using var again = await LakehouseHost.StartInAsync(folder.Path);
        var (_, cleared) = await again.IngestAsync("t", "id,city,extra\n2,b,\n1,a,\n", "&sort_by=");
        cleared.GetProperty("manifest").TryGetProperty("sort_by", out _).Should().BeFalse();
        (await again.RowsAsync("SELECT id FROM t")).Should().Be("[[2],[1]]");
        await again.IngestAsync("t", "id,city,extra\n2,b,\n1,a,\n", "&sort_by=id");
        (await again.RowsAsync("SELECT id FROM t")).Should().Be("[[1],[2]]");
        var manifest = await again.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/manifest/t");
        manifest.GetProperty("sort_by").GetRawText().Should().Be("""["id"]""");
    }

    [Fact]
    public async Task Columns_that_are_not_there_and_files_that_stay_as_they_are_are_refused()
    {
        await using var host = await LakehouseHost.StartAsync();
        var (status, problem) = await host.IngestAsync("t", "id,city\n1,a\n", "&sort_by=ctiy");
        (status, problem.GetProperty("code").GetString()).Should().Be((HttpStatusCode.BadRequest, "invalid_option"));
        problem.GetProperty("detail").GetString().Should().Contain("the nearest is 'city'");
        var parquet = await host.Http.GetByteArrayAsync("/v1/sql?format=parquet&q=SELECT+1+AS+id");
        (await host.IngestAsync("t", parquet, "&sort_by=id")).Body.GetProperty("detail").GetString().Should().Contain("stored as it is");

        // A member that comes late in JSON is sorted by, where it is there.
        await host.IngestAsync("j", "{\"b\":2}\n{\"a\":1}\n{\"a\":0,\"b\":1}\n", "&sort_by=a");
        (await host.RowsAsync("SELECT a, b FROM j")).Should().Be("[[0,1],[1,null],[null,2]]");
    }

    private static string Csv(int first, int count) => "id,city\n" + string.Concat(
        Enumerable.Range(first, count).Select(i => $"{i},{(i % 11 == 0 ? string.Empty : (char)('a' + (i * 7 % 23)))}\n"));

    private static async Task RequireSortedAsync(LakehouseHost host, int rowCount, int filesMin)
    {
        (await host.RowsAsync("SELECT count(*), count(DISTINCT (id, city)) FROM t")).Should().Be($"[[{rowCount},{rowCount}]]");
        var files = await FilesAsync(host);
        files.Should().HaveCountGreaterThanOrEqualTo(filesMin);
        using var database = Lakehouse.DuckDb.DuckDbDatabase.OpenInMemory();
        using var connection = database.Connect();
        foreach (var file in files)
        {
            var path = Path.Combine(host.DataDirectory, "objects", file);
            using var statement = connection.Prepare($"""
                SELECT (count(*) FILTER (city < before OR (city = before AND id < id_before) OR (before IS NULL AND city IS NOT NULL AND n > 1)))::VARCHAR
                FROM (SELECT *, lag(city) OVER w AS before, lag(id) OVER w AS id_before FROM
                      (SELECT *, row_number() OVER () AS n FROM read_parquet('{path}')) WINDOW w AS (ORDER BY n))
                """);
            using var result = statement.Execute();
            using var chunk = result.FetchChunk()!;
            Encoding.UTF8.GetString(chunk.GetVector(0).GetBytes(0)).Should().Be("0", "{0} is sorted", file);
        }
    }

    private static async Task<List<string>> FilesAsync(LakehouseHost host)
    {
        var manifest = await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/manifest/t");
        return [.. manifest.GetProperty("objects").EnumerateArray().Select(o => o.GetProperty("key").GetString()!)];
    }
}
