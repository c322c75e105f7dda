using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Stored;

/// <summary>Small data files that are merged in the background.</summary>
public sealed class CompactionTests
{
    [Fact]
    public async Task Many_appends_become_few_files_and_the_count_is_right_at_every_moment()
    {
        await using var host = await StartAsync();
        await AppendAsync(host, 0);
        (await host.Http.PutAsJsonAsync("/v1/catalog/derived/d", new { sql = "SELECT count(*) AS n FROM t" })).EnsureSuccessStatusCode();
        using var stop = new CancellationTokenSource();
        var counts = new List<(long Least, long Found, long Most)>();
        var (begun, done) = (1L, 1L);
        var reader = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var least = Volatile.Read(ref done);
                var rows = await host.RowsAsync("SELECT count(*), count(DISTINCT id), sum(id) FROM t");
                var found = JsonSerializer.Deserialize<long[][]>(rows)![0];
                found[1].Should().Be(found[0]);
                found[2].Should().Be(found[0] * (found[0] - 1) / 2);
                counts.Add((least, found[0], Volatile.Read(ref begun)));
            }
        });
        for (var i = 1; i < 150; i++)
        {
            Interlocked.Increment(ref begun);
            await AppendAsync(host, i);
            Interlocked.Increment(ref done);
        }

        await Until.HoldsAsync(async () => await FileCountAsync(host) <= 8);
        await stop.CancelAsync();
        await reader;
        counts.Should().NotBeEmpty().And.OnlyContain(c => c.Least <= c.Found && c.Found <= c.Most);
        (await host.RowsAsync("SELECT list(id) = range(150) FROM t")).Should().Be("[[true]]", "the rows stay in their order");

        var history = await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/history/t?limit=1000");
        var madeBy = history.GetProperty("versions").EnumerateArray().Select(v => v.GetProperty("made_by").GetString()).ToList();
        madeBy.Should().Contain("compaction");
        madeBy.Count(m => m == "append").Should().Be(150);
        (await host.RowsAsync("SELECT count(*) FROM \"t@5\"")).Should().MatchRegex(@"^\[\[[1-5]\]\]$", "older versions keep their files");

        // What follows the dataset sees no change in a merge: the last version of d is that of the last append, and stays.
        await Until.HoldsAsync(async () => await host.RowsAsync("FROM d") == "[[150]]");
        var fresh = await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/manifest/d");
        await AppendAsync(host, 150);
        await Until.HoldsAsync(async () => await host.RowsAsync("FROM d") == "[[151]]");
        (await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/manifest/d")).GetProperty("version").GetInt64()
            .Should().BeLessThanOrEqualTo(fresh.GetProperty("version").GetInt64() + 2);
    }

    [Fact]
    public async Task Files_that_are_in_a_dataset_more_than_once_are_merged_as_often()
    {
        await using var host = await StartAsync();
        for (var i = 0; i < 40; i++)
        {
            await AppendAsync(host, i % 3);
        }

        await Until.HoldsAsync(async () => await FileCountAsync(host) <= 8);
        (await host.RowsAsync("SELECT list(id) = list_transform(range(40), i -> i % 3) FROM t")).Should().Be("[[true]]");
    }

    [Fact]
    public async Task Files_with_older_columns_are_merged_as_the_columns_that_there_are()
    {
        await using var host = await StartAsync();
        for (var i = 0; i < 12; i++)
        {
            var (status, body) = await host.IngestAsync("t", $"id,c{i % 3}\n{i},{i}.5\n", "&mode=append&evolve=true");
            status.Should().Be(HttpStatusCode.OK, body.GetRawText());
        }

        await Until.HoldsAsync(async () => await FileCountAsync(host) <= 6);
        (await host.RowsAsync("SELECT count(*), sum(id), sum(c0), sum(c1), sum(c2) FROM t")).Should().Be("[[12,66,20,24,28]]");
        (await host.IngestAsync("t", "id,c0,c1,c2\n12,,,1\n", "&mode=append")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Quiet_datasets_are_merged_whole_and_larger_files_stay()
    {
        await using var host = await StartAsync(("query.compact_files", "100"), ("query.compact_after", "1s"), ("query.compact_bytes", "64KiB"));
        var large = "id,v\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},{Guid.NewGuid():N}\n"));
        (await host.IngestAsync("t", large)).Status.Should().Be(HttpStatusCode.OK);
        var key = await FirstKeyAsync(host);
        for (var i = 0; i < 4; i++)
        {
            await host.IngestAsync("t", $"id,v\n{20_000 + i},x\n", "&mode=append");
        }

        await Until.HoldsAsync(async () => await FileCountAsync(host) == 2);
        (await FirstKeyAsync(host)).Should().Be(key);
        (await host.RowsAsync("SELECT count(*), max(id) FROM t")).Should().Be("[[20004,20003]]");
    }

    private static async Task<string?> FirstKeyAsync(LakehouseHost host) =>
        (await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/manifest/t")).GetProperty("objects")[0].GetProperty("key").GetString();

    private static async Task<int> FileCountAsync(LakehouseHost host) =>
        (await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/manifest/t")).GetProperty("objects").GetArrayLength();

    private static async Task AppendAsync(LakehouseHost host, int id)
    {
        var (status, body) = await host.IngestAsync("t", $"id\n{id}\n", "&mode=append");
        status.Should().Be(HttpStatusCode.OK, body.GetRawText());
    }

    private static Task<LakehouseHost> StartAsync(params (string Key, string Value)[] settings) =>
        LakehouseHost.StartAsync([("query.compact_files", "4"), ("query.compact_every", "100ms"), .. settings]);
}
