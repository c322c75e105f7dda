using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Acceptance.Processes;

/// <summary>One writer, a standby and four readers on one bucket, under load, and the writer is killed.</summary>
public sealed class ManyProcessesTests
{
    private const int ReaderCount = 4;

    /// <summary>What a reader shows later than this after it was acknowledged is too late: two refreshes, and the machine has two processors.</summary>
    private static readonly TimeSpan LagMax = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Load = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task Readers_follow_and_a_standby_takes_over_in_a_folder()
    {
        using var folder = new TemporaryFolder();
        await RunAsync(folder.Path, ["--storage.buckets.primary.folder", Path.Combine(folder.Path, "objects")]);
    }

    [S3Fact]
    public async Task Readers_follow_and_a_standby_takes_over_in_S3()
    {
        using var folder = new TemporaryFolder();
        var bucket = S3Server.SettingsOf(await S3Server.CreateBucketAsync());
        await RunAsync(folder.Path, [.. bucket.SelectMany(s => new[] { "--" + s.Key, s.Value })]);
    }

    private static async Task RunAsync(string folder, string[] bucket)
    {
        string[] settings =
        [
            .. bucket, "--catalog.refresh_every", "200ms", "--vector.refresh_every", "200ms", "--vector.lease_time", "3s", "--vector.compact_log_batches", "40",
            "--query.isolation", "none", "--query.compact_files", "0", "--audit.enabled", "false",
        ];
        await using var writer = await LakehouseProcess.StartAsync(Path.Combine(folder, "writer"), settings);
        await writer.IngestAsync("t", "n\n0\n"u8.ToArray());
        (await PostAsync(writer, "/v1/vectors/index", new { name = "docs", dimension = 2, distance = "l2" })).Status.Should().Be(HttpStatusCode.Created);
        await using var standby = await LakehouseProcess.StartAsync(Path.Combine(folder, "standby"), settings);
        var readers = await Task.WhenAll(Enumerable.Range(0, ReaderCount).Select(
            i => LakehouseProcess.StartAsync(Path.Combine(folder, $"reader{i}"), [.. settings, "--lake.mode", "reader"])));
        try
        {
            var run = new Run(readers);
            using var done = new CancellationTokenSource();
            var reading = Enumerable.Range(0, ReaderCount).Select(i => run.ReadAsync(i, done.Token)).ToList();
            await run.WriteAsync(writer, Load);
            await writer.KillAsync();

            var killed = Stopwatch.StartNew();
            await Until.HoldsAsync(async () => await run.TryAddVectorAsync(standby));
            killed.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(15), "the lease takes 3 seconds");
            await run.WriteAsync(standby, TimeSpan.FromSeconds(3));
            await done.CancelAsync();
            await Task.WhenAll(reading);
            run.Faults.Should().BeEmpty();
            run.AnswerCount.Should().BeGreaterThan(100);

            var rows = await standby.RowsAsync("SELECT n FROM t ORDER BY n");
            JsonSerializer.Deserialize<long[][]>(rows)!.Select(r => r[0]).Should().OnlyHaveUniqueItems().And.Contain(run.AcknowledgedRows);
            var ids = await IdsAsync(standby);
            ids.Should().Contain(run.AcknowledgedVectors);
            foreach (var reader in readers)
            {
                await Until.HoldsAsync(async () => (await reader.RowsAsync("SELECT n FROM t ORDER BY n")) == rows);
                await Until.HoldsAsync(async () => (await IdsAsync(reader)).SequenceEqual(ids));
            }
        }
        finally
        {
            foreach (var reader in readers)
            {
                await reader.DisposeAsync();
            }
        }
    }

    private static async Task<List<string>> IdsAsync(LakehouseProcess server)
    {
        var ids = new List<string>();
        while (true)
        {
            var page = await server.Http.GetFromJsonAsync<JsonElement>($"/v1/vectors/index/docs/items?limit=1000&start_after={ids.LastOrDefault()}");
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!));
            if (!page.GetProperty("truncated").GetBoolean())
            {
                return ids;
            }
        }
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(LakehouseProcess server, string path, object body)
    {
        using var answer = await server.Http.PostAsJsonAsync(path, body);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>What was written and acknowledged, and what readers have shown.</summary>
    private sealed class Run(LakehouseProcess[] readers)
    {
        private readonly ConcurrentDictionary<long, long> _versions = new(); // when each version of the dataset was acknowledged
        private readonly ConcurrentDictionary<int, long> _vectors = new(); // when each vector was
        private readonly ConcurrentBag<long> _rows = [];
        private int _answers;
        private int _next;

        public ConcurrentBag<string> Faults { get; } = [];

        public int AnswerCount => _answers;

        public IEnumerable<long> AcknowledgedRows => _rows;

        public IEnumerable<string> AcknowledgedVectors => _vectors.Keys.Select(NameOf);

        /// <summary>Appends a row and adds a vector again and again. Each version of the dataset has as many rows as its number says.</summary>
        public async Task WriteAsync(LakehouseProcess server, TimeSpan time)
        {
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < time;)
            {
                var row = Interlocked.Increment(ref _next);
                using var answer = await server.Http.PostAsync("/v1/ingest?name=t&mode=append", new StringContent($"n\n{row}\n"));
                var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
                answer.StatusCode.Should().Be(HttpStatusCode.OK, body.ToString());
                _rows.Add(row);
                _versions[body.GetProperty("version").GetInt64()] = Stopwatch.GetTimestamp();
                (await TryAddVectorAsync(server)).Should().BeTrue();
            }
        }

        public async Task<bool> TryAddVectorAsync(LakehouseProcess server)
        {
            var id = Interlocked.Increment(ref _next);
            var item = new { id = NameOf(id), vector = VectorOf(id) };
            var (status, body) = await PostAsync(server, "/v1/vectors/index/docs/add", new { items = new[] { item } });
            if (status == HttpStatusCode.OK)
            {
                _vectors[id] = Stopwatch.GetTimestamp();
                return true;
            }

            body.GetProperty("code").GetString().Should().BeOneOf("index_shared", "index_behind", "change_unconfirmed");
            return false;
        }

        /// <summary>Reads from a reader: an answer is that of the version it names, and neither is too old.</summary>
        public async Task ReadAsync(int number, CancellationToken stop)
        {
            var random = new Random(number);
            var server = readers[number];
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await QueryAsync(server);
                    await SearchAsync(server, random);
                    Interlocked.Add(ref _answers, 2);
                }
                catch (Exception error)
                {
                    Faults.Add($"reader {number}: {error.Message}");
                    return;
                }
            }
        }

        private async Task QueryAsync(LakehouseProcess server)
        {
            var due = Due(_versions);
            using var answer = await server.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT count(*) FROM t" });
            answer.EnsureSuccessStatusCode();
            var count = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("rows")[0][0].GetInt64();
            var named = answer.Headers.GetValues("X-Lakehouse-Datasets").Single();
            if (named != string.Create(CultureInfo.InvariantCulture, $"t@{count}"))
            {
                Faults.Add($"{named} has {count} rows");
            }

            if (due.Count > 0 && due.Max() > count)
            {
                Faults.Add($"version {due.Max()} was acknowledged long ago, and {count} was read");
            }
        }

        private async Task SearchAsync(LakehouseProcess server, Random random)
        {
            var due = Due(_vectors);
            if (due.Count == 0)
            {
                return;
            }

            var wanted = due[random.Next(due.Count)];
            var (status, body) = await PostAsync(server, "/v1/vectors/index/docs/search", new { vector = VectorOf(wanted), k = 1 });
            var found = status == HttpStatusCode.OK ? body.GetProperty("results")[0].GetProperty("id").GetString() : body.ToString();
            if (found != NameOf(wanted))
            {
                Faults.Add($"{NameOf(wanted)} was acknowledged long ago, and {found} was found");
            }
        }

        /// <summary>Those that a reader must show by now.</summary>
        private static List<T> Due<T>(ConcurrentDictionary<T, long> acknowledged)
            where T : notnull => [.. acknowledged.Where(a => Stopwatch.GetElapsedTime(a.Value) > LagMax).Select(a => a.Key)];

        private static string NameOf(int id) => id.ToString("D6", CultureInfo.InvariantCulture);

        private static double[] VectorOf(int id) => [id, id % 7];
    }
}
