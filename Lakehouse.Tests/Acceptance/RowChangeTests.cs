using System.Text;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Acceptance;

/// <summary>Kills the program while it changes rows and merges data files: afterwards there is one version or the next.</summary>
public sealed class RowChangeTests
{
    private const int Rows = 2_000;

    [Fact]
    public async Task A_kill_leaves_one_version_or_the_next() => await KillAsync(8, []);

    [S3Fact]
    public async Task A_kill_leaves_one_version_or_the_next_in_S3() =>
        await KillAsync(5, [.. S3Server.SettingsOf(await S3Server.CreateBucketAsync()).SelectMany(s => new[] { "--" + s.Key, s.Value })]);

    private static async Task KillAsync(int kills, string[] settings)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(11);
        var generation = 0;
        await using (var server = await LakehouseProcess.StartAsync(folder.Path, settings))
        {
            await server.IngestAsync("t", Csv(0));
        }

        for (var kill = 0; kill < kills; kill++)
        {
            await using var server = await LakehouseProcess.StartAsync(
                folder.Path, [.. settings, "--query.compact_files", "2", "--query.compact_every", "100ms", "--query.compact_bytes", "1MiB"]);
            await RequireWholeAsync(server);
            var (acknowledged, before) = (-1, generation);
            var writing = Task.Run(async () =>
            {
                try
                {
                    while (true)
                    {
                        var next = Interlocked.Increment(ref generation);
                        using var upsert = await server.Http.PostAsync("/v1/ingest?name=t&mode=upsert&key=id", new ByteArrayContent(Csv(next)));
                        upsert.EnsureSuccessStatusCode();
                        Volatile.Write(ref acknowledged, next);
                        using var append = await server.Http.PostAsync("/v1/ingest?name=t&mode=append", new StringContent($"id,g\n{Rows + next},-1\n"));
                        append.EnsureSuccessStatusCode();
                        using var delete = await server.Http.DeleteAsync($"/v1/catalog/dataset/t/rows?where=id%3D{Rows + next}");
                        delete.EnsureSuccessStatusCode();
                    }
                }
                catch (HttpRequestException)
                {
                    // It was killed.
                }
            });
            if (kill % 2 == 0)
            {
                await Until.HoldsAsync(() => Volatile.Read(ref acknowledged) > before + 1); // it has done everything once, and goes on
            }

            await Task.Delay(random.Next(50, 700));
            await server.KillAsync();
            await writing;

            await using var again = await LakehouseProcess.StartAsync(folder.Path, settings);
            var found = await RequireWholeAsync(again);
            found.Should().BeGreaterThanOrEqualTo(acknowledged, "what was acknowledged is there");
            found.Should().BeLessThanOrEqualTo(generation);
            using var collected = await again.Http.PostAsync("/v1/catalog/gc", null);
            collected.EnsureSuccessStatusCode();
            await RequireWholeAsync(again);
        }
    }

    /// <summary>Each row is there once, all of one generation; a row that was appended and not yet removed may be there, too.</summary>
    private static async Task<int> RequireWholeAsync(LakehouseProcess server)
    {
        var rows = await server.RowsAsync("SELECT count(*), count(DISTINCT id), min(g), max(g) FROM t WHERE g >= 0");
        var numbers = System.Text.Json.JsonSerializer.Deserialize<int[][]>(rows)![0];
        numbers[..2].Should().Equal(Rows, Rows);
        numbers[2].Should().Be(numbers[3], "an upsert is whole");
        (await server.RowsAsync("SELECT count(*) = (SELECT rows FROM lakehouse.datasets WHERE name = 't') FROM t")).Should().Be("[[true]]");
        return numbers[2];
    }

    private static byte[] Csv(int generation) => Encoding.UTF8.GetBytes(
        Enumerable.Range(0, Rows).Aggregate(new StringBuilder("id,g\n"), (csv, id) => csv.Append(id).Append(',').Append(generation).Append('\n')).ToString());
}
