using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Acceptance;

/// <summary>Tests the built program over HTTP and with signals, on a folder.</summary>
public sealed class LakeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task A_sample_is_ingested_queried_and_there_again_after_a_kill_and_for_a_second_process() => IngestQueryKillAsync(_folder.Path, []);

    [Fact]
    public Task A_kill_in_the_middle_of_an_ingest_loses_nothing_acknowledged() => KillAtRandomAsync(_folder.Path, [], 25);

    /// <summary>A collection is killed at random moments while another process ingests.</summary>
    [Fact]
    public Task A_kill_in_the_middle_of_a_collection_leaves_every_version_that_is_kept_whole() => KillCollectorAsync(_folder.Path, []);

    /// <summary>What was ingested is there after a kill, and another process sees it and what is ingested later.</summary>
    internal static async Task IngestQueryKillAsync(string folder, string[] settings)
    {
        const string sql = "SELECT state, count(*) AS workers, round(avg(hourly_rate), 2) AS rate FROM workers WHERE skills LIKE '%forklift%' GROUP BY "
            + "state ORDER BY state";
        string before;
        await using (var server = await LakehouseProcess.StartAsync(folder, settings))
        {
            var result = await server.IngestAsync("workers", ProgramTests.Workers(20_000));
            result.GetProperty("row_count").GetInt64().Should().Be(20_000);
            before = await server.RowsAsync(sql);
            (await server.RowsAsync("SELECT count(*), count(DISTINCT zip), min(length(zip)), count(certifications) < count(*), "
                    + "bool_or(resume_text LIKE '%\n%') FROM workers"))
                    .Should().MatchRegex("\\[\\[20000,1[0-9]+,5,true,true\\]\\]");
            await server.KillAsync();
        }

        await using var again = await LakehouseProcess.StartAsync(folder, settings);
        (await again.RowsAsync(sql)).Should().Be(before).And.Contain("\"IL\"");
        (await again.IngestAsync("workers", ProgramTests.Workers(20_000))).GetProperty("unchanged").GetBoolean().Should().BeTrue();

        // Another process on the same bucket; with S3 it has its own data folder.
        using var own = new TemporaryFolder();
        await using var second = await LakehouseProcess.StartAsync(settings.Length == 0 ? folder : own.Path, [.. settings, "--catalog.refresh_every", "200ms"]);
        (await second.RowsAsync(sql)).Should().Be(before);
        await again.IngestAsync("workers", ProgramTests.Workers(100));
        await Until.HoldsAsync(() => second.RowsAsync("SELECT count(*) FROM workers").Result == "[[100]]");
        await second.IngestAsync("workers", ProgramTests.Workers(50));
        (await second.RowsAsync("SELECT count(*) FROM workers")).Should().Be("[[50]]", "its own commit is seen at once");
        (await again.Http.PostAsync("/v1/catalog/refresh", null)).EnsureSuccessStatusCode();
        (await again.RowsAsync("SELECT count(*) FROM workers")).Should().Be("[[50]]");
    }

    /// <summary>
    /// The program is killed at random moments of a second ingest. Afterwards it starts, acknowledged versions are complete, and the other version is either
    /// complete or absent.
    /// </summary>
    internal static async Task KillAtRandomAsync(string folder, string[] settings, int rounds)
    {
        const int seed = 9;
        var random = new Random(seed);
        var acknowledged = ProgramTests.Workers(5_000);
        var second = ProgramTests.Workers(60_000);
        await using (var first = await LakehouseProcess.StartAsync(folder, settings))
        {
            await first.IngestAsync("safe", acknowledged);
            await first.KillAsync();
        }

        var landed = 0;
        for (var round = 0; round < rounds; round++)
        {
            var name = $"second{round}";
            var wasAcknowledged = false;
            await using (var server = await LakehouseProcess.StartAsync(folder, [.. settings, "--ingest.segment_bytes", "4MiB"]))
            {
                var ingest = Task.Run(async () =>
                {
                    try
                    {
                        await server.IngestAsync(name, second);
                        wasAcknowledged = true;
                    }
                    catch (HttpRequestException)
                    {
                        // It was killed before it answered.
                    }
                });
                await Task.WhenAny(ingest, Task.Delay(TimeSpan.FromMilliseconds(random.Next(1_500))));
                await server.KillAsync();
                await ingest;
            }

            await using var again = await LakehouseProcess.StartAsync(folder, settings);
            (await again.RowsAsync("SELECT count(*), count(DISTINCT worker_id), sum(length(resume_text)) > 0 FROM safe")).Should().Be(
                    "[[5000,5000,true]]", "round {0} of seed {1}", round, seed);
            var list = await again.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/list");
            var isThere = list.GetProperty("manifests").EnumerateArray().Any(m => m.GetProperty("name").GetString() == name);
            (isThere || !wasAcknowledged).Should().BeTrue("what was acknowledged is there (round {0} of seed {1})", round, seed);
            if (isThere)
            {
                landed++;
                (await again.RowsAsync($"SELECT count(*), count(DISTINCT worker_id) FROM {name}")).Should().Be("[[60000,60000]]");
            }

            Directory.GetDirectories(Path.Combine(folder, "tmp")).Should().ContainSingle("what the killed process left is gone");
            await again.KillAsync();
        }

        landed.Should().BeLessThan(rounds, "some kills come before the commit, or nothing was tested");
    }

    /// <summary>A process that collects is killed at random moments while another ingests; the newest version is always whole.</summary>
    internal static async Task KillCollectorAsync(string folder, string[] settings)
    {
        const int seed = 17;
        const int rounds = 6;
        var random = new Random(seed);
        using var own = new TemporaryFolder();
        string[] eager =
        [
            .. settings, "--catalog.keep_versions", "1", "--catalog.keep_for", "0s", "--catalog.gc_grace", "1s", "--catalog.refresh_every", "200ms",
            "--catalog.gc_every", "100ms"
        ];
        await using var writer = await LakehouseProcess.StartAsync(settings.Length == 0 ? folder : own.Path, settings);
        var newest = 0;
        for (var round = 0; round < rounds; round++)
        {
            await using var collector = await LakehouseProcess.StartAsync(folder, eager);
            var kill = Task.Run(async () =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1_000 + random.Next(1_000)));
                await collector.KillAsync();
            });
            while (!kill.IsCompleted)
            {
                await writer.IngestAsync("t", Encoding.ASCII.GetBytes($"v\n{++newest}\n{newest % 3}\n"));
            }

            await kill;
            (await writer.RowsAsync("SELECT max(v), count(*) FROM t")).Should().Be($"[[{newest},2]]", "round {0} of seed {1}", round, seed);
        }

        await using var again = await LakehouseProcess.StartAsync(folder, settings);
        (await again.RowsAsync("SELECT max(v), count(*) FROM t")).Should().Be($"[[{newest},2]]");
        var manifests = await again.Http.GetFromJsonAsync<JsonElement>("/v1/storage/list?prefix=_catalog/manifests/");
        manifests.GetProperty("objects").GetArrayLength().Should().BeLessThan(newest, "some were collected");
    }
}
