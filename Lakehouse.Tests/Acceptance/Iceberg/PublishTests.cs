using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Iceberg;

namespace Lakehouse.Tests.Acceptance.Iceberg;

/// <summary>Kills the program while it publishes: afterwards other engines read what SQL reads.</summary>
public sealed class PublishTests(IcebergClient client) : IClassFixture<IcebergClient>
{
    [IcebergFact]
    public async Task A_kill_between_any_two_objects_is_made_good_by_the_next_start() => await KillAsync(8, []);

    [S3Fact]
    public async Task A_kill_between_any_two_objects_in_S3_is_made_good_by_the_next_start() =>
        await KillAsync(4, [.. S3Server.SettingsOf(await S3Server.CreateBucketAsync()).SelectMany(s => new[] { "--" + s.Key, s.Value })]);

    private async Task KillAsync(int kills, string[] settings)
    {
        using var folder = new TemporaryFolder();
        settings = [.. settings, "--catalog.publish", "iceberg"];
        var random = new Random(5);
        var next = 0;
        await using (var server = await LakehouseProcess.StartAsync(folder.Path, settings))
        {
            await server.IngestAsync("t", "id,g\n0,0\n"u8.ToArray());
        }

        for (var kill = 0; kill < kills; kill++)
        {
            await using var server = await LakehouseProcess.StartAsync(
                folder.Path, [.. settings, "--query.compact_files", "4", "--query.compact_every", "100ms"]);
            var (acknowledged, before) = (0, next);
            var writing = Task.Run(async () =>
            {
                try
                {
                    while (true)
                    {
                        var id = Interlocked.Increment(ref next);
                        using var append = await server.Http.PostAsync("/v1/ingest?name=t&mode=append", new StringContent($"id,g\n{id},0\n"));
                        append.EnsureSuccessStatusCode();
                        Volatile.Write(ref acknowledged, id);
                        using var upsert = await server.Http.PostAsync("/v1/ingest?name=t&mode=upsert&key=id", new StringContent($"id,g\n{id},{id}\n"));
                        upsert.EnsureSuccessStatusCode();
                    }
                }
                catch (HttpRequestException)
                {
                    // It was killed.
                }
            });
            await Until.HoldsAsync(() => Volatile.Read(ref acknowledged) > before + 1);
            await Task.Delay(random.Next(400));
            await server.KillAsync();
            await writing;

            await using var again = await LakehouseProcess.StartAsync(folder.Path, [.. settings, "--query.compact_files", "0"]);
            var table = await again.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/publish/t?wait=true");
            table.GetProperty("fault").ValueKind.Should().Be(JsonValueKind.Null, table.GetRawText());
            var location = table.GetProperty("metadata_location").GetString()!;
            var prefix = location.StartsWith("s3://", StringComparison.Ordinal)
                ? string.Join('/', location[..location.IndexOf("datasets/t/", StringComparison.Ordinal)].Split('/')[3..])
                : null;
            var root = location[..location.IndexOf("/metadata/", StringComparison.Ordinal)];
            var read = await client.ReadAsync(root, again.Http.BaseAddress!.ToString().TrimEnd('/'), prefix);
            TableRules.Require(read, table.GetProperty("version").GetInt64());
            var expected = JsonNode.Parse(await again.RowsAsync("FROM t"))!.AsArray();
            read["rows"]!.AsArray().Select(r => r!.ToJsonString()).Should().BeEquivalentTo(expected.Select(r => r!.ToJsonString()));
            (await again.RowsAsync($"SELECT count(*) FROM t WHERE id = {acknowledged}")).Should().Be("[[1]]");
        }
    }
}
