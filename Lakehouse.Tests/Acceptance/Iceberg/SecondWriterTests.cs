using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Iceberg;

namespace Lakehouse.Tests.Acceptance.Iceberg;

/// <summary>Another engine, made from the specification alone, writes into the same dataset as ingests do, also while the program is killed.</summary>
public sealed class SecondWriterTests(IcebergClient client) : IClassFixture<IcebergClient>
{
    [IcebergFact]
    public async Task Two_hundred_commits_of_each_are_all_there_once()
    {
        using var folder = new TemporaryFolder();
        await RaceAsync(folder.Path, [], 200);
    }

    [S3Fact]
    public async Task In_S3_the_commits_of_both_are_all_there_once()
    {
        using var folder = new TemporaryFolder();
        var bucket = S3Server.SettingsOf(await S3Server.CreateBucketAsync());
        await RaceAsync(folder.Path, [.. bucket.SelectMany(s => new[] { "--" + s.Key, s.Value })], 60);
    }

    [IcebergFact]
    public async Task What_was_acknowledged_to_another_engine_is_there_after_a_kill()
    {
        const int kills = 6;
        using var folder = new TemporaryFolder();
        string[] settings = ["--catalog.publish", "iceberg"];
        var random = new Random(11);
        var acknowledged = new HashSet<int> { 0 };
        var sent = 1;
        await using (var server = await LakehouseProcess.StartAsync(folder.Path, settings))
        {
            await server.IngestAsync("t", "id\n0\n"u8.ToArray());
        }

        for (var kill = 0; kill < kills; kill++)
        {
            await using var server = await LakehouseProcess.StartAsync(folder.Path, settings);
            await using var writer = new IcebergWriter(server.Http.BaseAddress!);
            var before = acknowledged.Count;
            var writing = Task.Run(async () =>
            {
                while (true)
                {
                    var id = sent++;
                    if ((await writer.TryAsync("append", "t", new { rows = new[] { new { id } } })).Status != 200)
                    {
                        return; // it was killed
                    }

                    lock (acknowledged)
                    {
                        acknowledged.Add(id);
                    }
                }
            });
            await Until.HoldsAsync(() =>
            {
                lock (acknowledged)
                {
                    return acknowledged.Count > before + 2;
                }
            });
            await Task.Delay(random.Next(200));
            await server.KillAsync();
            await writing;

            await using var again = await LakehouseProcess.StartAsync(folder.Path, settings);
            var rows = JsonSerializer.Deserialize<int[][]>(await again.RowsAsync("SELECT id FROM t ORDER BY id"))!.Select(r => r[0]).ToList();
            rows.Should().OnlyHaveUniqueItems().And.Contain(acknowledged).And.OnlyContain(id => id < sent);
            acknowledged.UnionWith(rows); // one may have been committed without its answer
            var table = await again.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/publish/t?wait=true");
            var address = table.GetProperty("metadata_location").GetString()!;
            var read = await client.ReadAsync(address[..address.IndexOf("/metadata/", StringComparison.Ordinal)]);
            TableRules.Require(read, table.GetProperty("version").GetInt64());
            read["rows"]!.AsArray().Select(r => r![0]!.GetValue<int>()).Should().BeEquivalentTo(rows);
        }
    }

    private static async Task RaceAsync(string folder, string[] settings, int count)
    {
        await using var server = await LakehouseProcess.StartAsync(
            folder, [.. settings, "--catalog.publish", "iceberg", "--query.compact_files", "50", "--query.compact_every", "500ms"]);
        await server.IngestAsync("t", "id,source\n0,start\n"u8.ToArray());
        await using var writer = new IcebergWriter(server.Http.BaseAddress!);
        var other = writer.DoAsync("append", "t", new { count, rows = new[] { new { id = "N", source = "other" } } });
        for (var i = 0; i < count; i++)
        {
            using var append = await server.Http.PostAsync("/v1/ingest?name=t&mode=append", new StringContent($"id,source\n{i},ingest\n"));
            append.EnsureSuccessStatusCode();
        }

        (await other)["commits"]!.AsArray().Should().HaveCount(count);
        (await server.RowsAsync("SELECT source, count(*), count(DISTINCT id) FROM t GROUP BY ALL ORDER BY ALL")).Should().Be(
            string.Create(CultureInfo.InvariantCulture, $"""[["ingest",{count},{count}],["other",{count},{count}],["start",1,1]]"""));
    }
}
