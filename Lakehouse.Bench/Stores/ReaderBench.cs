using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Bench.Vectors;

namespace Lakehouse.Bench.Stores;

/// <summary>
/// One writer, a standby and four readers on one bucket: what readers add to the searches a second, how far they are behind under load, how long the standby
/// needs when the writer is killed, and what commits and readers cost.
/// </summary>
internal static class ReaderBench
{
    private const int Readers = 4;
    private const int Items = 20_000;
    private const int Dimensions = 256;
    private const int K = 10;
    private const int Ef = 64;
    private const int Searches = 4_000; // of each reader
    private const int Batch = 1_000;
    private const int Commits = 50;
    private const int Rows = 10_000_000;
    private const int Rounds = 5;
    private const double RefreshSeconds = 1;
    private const double LeaseSeconds = 5;

    private static readonly TimeSpan Load = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(Workspace workspace, Report report)
    {
        var bucket = await S3Bucket.TryCreateAsync();
        Console.WriteLine(bucket is null
            ? "       readers: on a folder, because LAKEHOUSE_TEST_S3 names no server"
            : "       readers: on S3");
        string[] settings =
        [
            .. bucket ?? ["--storage.buckets.primary.folder", Path.Combine(workspace.Folder, "shared")], "--catalog.refresh_every", $"{RefreshSeconds}s",
            "--vector.refresh_every", $"{RefreshSeconds}s", "--vector.lease_time", $"{LeaseSeconds}s", "--query.cache_bytes", "0"
        ];
        await using var writer = await ServerProcess.StartAsync(Folder(workspace, "writer"), settings);
        await using var standby = await ServerProcess.StartAsync(Folder(workspace, "standby"), settings);
        await MakeAsync(writer);
        await MeasureCommitsAsync(writer);
        await MeasureRowsAsync(writer);

        var readers = new List<ServerProcess>();
        try
        {
            for (var i = 0; i < Readers; i++)
            {
                readers.Add(await ServerProcess.StartAsync(Folder(workspace, $"reader{i}"), [.. settings, "--lake.mode", "reader"]));
            }

            MeasureSearches(readers, report);
            MeasureMemory(readers[0]);
            await MeasureLoadAsync(writer, standby, readers, report);
        }
        finally
        {
            foreach (var reader in readers)
            {
                await reader.DisposeAsync();
            }
        }
    }

    private static async Task MakeAsync(ServerProcess writer)
    {
        using (var made = await writer.Http.PostAsJsonAsync("/v1/vectors/index", new { name = "docs", dimension = Dimensions, distance = "cosine" }))
        {
            made.EnsureSuccessStatusCode();
        }

        using (var rows = await writer.Http.PostAsync("/v1/ingest?name=t", new StringContent("n\n0\n")))
        {
            rows.EnsureSuccessStatusCode();
        }

        var random = new Random(1);
        for (var first = 0; first < Items; first += Batch)
        {
            var items = Enumerable.Range(first, Batch).Select(i => new { id = Name(i), vector = Vector(random) });
            using var added = await writer.Http.PostAsJsonAsync("/v1/vectors/index/docs/add", new { items });
            added.EnsureSuccessStatusCode();
        }
    }

    /// <summary>How many requests to the S3 server an append and an added vector make, counted by the writer's own metrics.</summary>
    private static async Task MeasureCommitsAsync(ServerProcess writer)
    {
        var before = await RequestsAsync(writer);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Commits; i++)
        {
            (await AppendAsync(writer, i)).EnsureSuccessStatusCode();
        }

        var appended = Stopwatch.GetElapsedTime(started);
        var between = await RequestsAsync(writer);
        var random = new Random(2);
        started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Commits; i++)
        {
            (await AddAsync(writer, $"one{i}", Vector(random))).EnsureSuccessStatusCode();
        }

        var added = Stopwatch.GetElapsedTime(started);
        var after = await RequestsAsync(writer);
        Report.Note(
            "requests to the bucket for each append of a row", (between - before) / Commits,
            $"of {Commits}, {appended.TotalMilliseconds / Commits:0.0} ms each, with what runs beside them: refreshes, merges of small files");
        Report.Note(
            "requests to the bucket for each added vector", (after - between) / Commits,
            $"of {Commits}, {added.TotalMilliseconds / Commits:0.0} ms each, with refreshes and the lease");
    }

    /// <summary>How fast one process reads rows, and what they take in the bucket.</summary>
    private static async Task MeasureRowsAsync(ServerProcess writer)
    {
        var sql = "SELECT i AS id, i * 7919 % 1000 AS shop, round(hash(i) % 100000 / 100, 2) AS price, DATE '2020-01-01' + (i // 5000)::INT AS day, "
            + $"'order number ' || hash(i * 3) % 100000 AS note FROM range({Rows}) r(i)";
        using (var stored = await writer.Http.PostAsJsonAsync("/v1/sql", new { sql, into = new { dataset = "orders" } }))
        {
            stored.EnsureSuccessStatusCode();
        }

        var listed = await writer.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/manifest/orders");
        var bytes = listed.GetProperty("objects").EnumerateArray().Sum(o => o.GetProperty("size").GetInt64());
        Report.Note("bytes in the bucket for each row of five columns", (double)bytes / Rows, $"{bytes >> 20} MiB for {Rows / 1_000_000} million");
        var buffer = new byte[1 << 20];
        var times = new List<double>();
        for (var i = 0; i < Rounds; i++)
        {
            const string query = "SELECT shop, count(*), avg(price), max(day) FROM orders GROUP BY shop ORDER BY 3 LIMIT 10";
            times.Add((await writer.QueryAsync(query, buffer)).Whole.TotalSeconds);
        }

        Report.Note(
            "million rows a second of a GROUP BY with three aggregates", Rows / Report.Median(times) / 1_000_000,
            $"{Report.Median(times) * 1000:0} ms on {Environment.ProcessorCount} processors");
    }

    /// <summary>Each reader has one client on one connection, so that more readers are more searches at once and nothing else.</summary>
    private static void MeasureSearches(List<ServerProcess> readers, Report report)
    {
        var random = new Random(3);
        var requests = Enumerable.Range(0, Searches)
            .Select(_ => SearchClient.Request("docs", SearchClient.Body(Vector(random), K, Ef)))
            .ToArray();
        var speeds = new Dictionary<int, double>();
        foreach (var count in (int[])[4, 1, 2, 4, 1, 2, 4])
        {
            var started = Stopwatch.GetTimestamp();
            Task.WaitAll([.. readers.Take(count).Select(r => Task.Factory.StartNew(
                () =>
                {
                    using var client = new SearchClient(r.Http.BaseAddress!.Port, 1);
                    client.Ask(requests);
                },
                TaskCreationOptions.LongRunning))]);
            var speed = count * Searches / Stopwatch.GetElapsedTime(started).TotalSeconds;
            speeds[count] = Math.Max(speed, speeds.GetValueOrDefault(count)); // the first round is warming up
        }

        report.AtLeast(
            "searches a second of two readers over those of one, one client for each", speeds[2] / speeds[1], 1.2,
            $"{speeds[1]:0}, {speeds[2]:0} and {speeds[4]:0} of one, two and four readers, on {Environment.ProcessorCount} processors that the clients share");
    }

    private static void MeasureMemory(ServerProcess reader) => Report.Note(
        "MiB of a reader with its engines", reader.MemoryMiB("VmRSS", withEngines: true),
        $"{reader.MemoryMiB("VmRSS"):0} of the server alone; the vectors are {Items * Dimensions * sizeof(float) / 1048576.0:0}");

    private static async Task MeasureLoadAsync(ServerProcess writer, ServerProcess standby, List<ServerProcess> readers, Report report)
    {
        var run = new Run();
        using var done = new CancellationTokenSource();
        var reading = readers.Select((r, i) => run.ReadAsync(r, i, done.Token)).ToList();
        await run.WriteAsync(writer, Load);
        await writer.KillAsync();
        var killed = Stopwatch.GetTimestamp();
        var tries = 0;
        while (!await run.TryAddAsync(standby))
        {
            tries++;
            await Task.Delay(10);
        }

        var takeover = Stopwatch.GetElapsedTime(killed);
        await run.WriteAsync(standby, TimeSpan.FromSeconds(5));
        await Task.Delay(TimeSpan.FromSeconds(3 * RefreshSeconds));
        await done.CancelAsync();
        await Task.WhenAll(reading);
        var lags = run.Lags.Order().ToList();
        report.AtMost(
            "s that a reader is behind at most, beside a writer that writes all the time", lags[^1], 4 * RefreshSeconds,
            $"median {lags[lags.Count / 2]:0.00}, 99 % {lags[lags.Count * 99 / 100]:0.00}; refresh_every {RefreshSeconds} s; {run.Added} vectors and "
            + $"{run.Appended} versions written, {run.Answers} answers in {Load.TotalSeconds:0} s");
        report.AtMost(
            "s until a standby has added a vector after the writer was killed", takeover.TotalSeconds, 2 * LeaseSeconds,
            $"lease_time {LeaseSeconds} s, {tries} refused tries");
        report.AtMost("acknowledged changes that are lost", await run.CountLostAsync(standby), 0, $"{run.Added} vectors and {run.Appended} rows");
    }

    /// <summary>Requests that the process has sent to other servers; the S3 server is the only one.</summary>
    private static async Task<double> RequestsAsync(ServerProcess server)
    {
        var text = await server.Http.GetStringAsync("/metrics");
        return text.Split('\n').Where(l => l.StartsWith("http_client_request_duration_seconds_count", StringComparison.Ordinal))
            .Sum(l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    private static Task<HttpResponseMessage> AppendAsync(ServerProcess server, int row) =>
        server.Http.PostAsync("/v1/ingest?name=t&mode=append", new StringContent(string.Create(CultureInfo.InvariantCulture, $"n\n{row}\n")));

    private static Task<HttpResponseMessage> AddAsync(ServerProcess server, string id, float[] vector) =>
        server.Http.PostAsJsonAsync("/v1/vectors/index/docs/add", new { items = new[] { new { id, vector } } });

    private static float[] Vector(Random random)
    {
        var vector = new float[Dimensions];
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = random.NextSingle() - 0.5f;
        }

        return vector;
    }

    private static string Name(int i) => i.ToString("D7", CultureInfo.InvariantCulture);

    private static string Folder(Workspace workspace, string name) => Directory.CreateDirectory(Path.Combine(workspace.Folder, "readers", name)).FullName;

    /// <summary>What was acknowledged when, and how late readers showed it.</summary>
    private sealed class Run
    {
        private readonly ConcurrentDictionary<long, long> _sequences = new(); // of the index, and when each was acknowledged
        private readonly ConcurrentBag<int> _vectors = [];
        private readonly Random _random = new(4);
        private int _next = 1_000_000;
        private int _appended;
        private int _answers;

        public ConcurrentBag<double> Lags { get; } = [];

        public int Added => _vectors.Count;

        public int Appended => _appended;

        public int Answers => _answers;

        public async Task WriteAsync(ServerProcess server, TimeSpan time)
        {
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < time;)
            {
                if (!await TryAddAsync(server))
                {
                    throw new InvalidOperationException("the writer does not write");
                }

                (await AppendAsync(server, _next)).EnsureSuccessStatusCode().Dispose();
                _appended++;
            }
        }

        public async Task<bool> TryAddAsync(ServerProcess server)
        {
            var id = ++_next;
            using var answer = await AddAsync(server, Name(id), Vector(_random));
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                return false;
            }

            var sequence = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("sequence").GetInt64();
            _sequences[sequence] = Stopwatch.GetTimestamp();
            _vectors.Add(id);
            return true;
        }

        /// <summary>
        /// Searches and queries again and again. The lag of an answer is the time from the acknowledgement of the first change that it does not show to the
        /// moment when it was asked for.
        /// </summary>
        public async Task ReadAsync(ServerProcess reader, int number, CancellationToken stop)
        {
            var random = new Random(number);
            while (!stop.IsCancellationRequested)
            {
                var asked = Stopwatch.GetTimestamp();
                using var answer = await reader.Http.PostAsJsonAsync(
                    "/v1/vectors/index/docs/search", new { vector = Vector(random), k = K, ef = Ef }, CancellationToken.None);
                answer.EnsureSuccessStatusCode();
                var named = answer.Headers.GetValues("X-Lakehouse-Indexes").Single();
                var shown = long.Parse(named[(named.LastIndexOf('@') + 1)..], CultureInfo.InvariantCulture);
                Lags.Add(_sequences.TryGetValue(shown + 1, out var acknowledged) && acknowledged < asked
                    ? Stopwatch.GetElapsedTime(acknowledged, asked).TotalSeconds
                    : 0);
                using var rows = await reader.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT count(*) FROM t" }, CancellationToken.None);
                rows.EnsureSuccessStatusCode();
                Interlocked.Add(ref _answers, 2);
            }
        }

        public async Task<long> CountLostAsync(ServerProcess server)
        {
            var there = new HashSet<string>();
            for (var isAll = false; !isAll;)
            {
                var page = await server.Http.GetFromJsonAsync<JsonElement>($"/v1/vectors/index/docs/items?limit=1000&start_after={there.Max()}");
                there.UnionWith(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!));
                isAll = !page.GetProperty("truncated").GetBoolean();
            }

            var answer = await server.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT count(*) FROM t WHERE n > 1000000" });
            var rows = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("rows")[0][0].GetInt64();
            return _vectors.Count(v => !there.Contains(Name(v))) + Math.Max(0, _appended - rows);
        }
    }
}
