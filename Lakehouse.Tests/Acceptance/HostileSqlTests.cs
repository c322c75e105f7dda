using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Lakehouse.Tests.Fixtures;
using Xunit.Abstractions;

namespace Lakehouse.Tests.Acceptance;

/// <summary>
/// Runs every statement of TestData/hostile.sql against the built program, one after the other. The server survives, discloses nothing of the host, stays
/// within its bounds of memory and time, and serves other clients meanwhile. These tests run alone, because the load of other tests would be measured, too.
/// </summary>
[Collection(nameof(Alone))]
public sealed partial class HostileSqlTests(ITestOutputHelper output)
{
    private const long MemoryLimitBytes = 1024L << 20;
    // Two, because statements that end an engine process follow each other faster than a process starts.
    private const int ReserveEngines = 2;

    // What the server may hold by its settings lives in about 200 MiB: kept answers 64, vectors of 10,000 texts 50, and a call that embeds, in and out, 80. The
    // runtime lets its heap grow to twice that before it collects, more where the machine is busy; its program files are another 130.
    private const long ServerMaxBytes = 600L << 20;

    // An engine at its limit and what it may have besides, the server, and the engines in reserve.
    private const long MemoryMaxBytes = (MemoryLimitBytes * 5 / 4) + ServerMaxBytes + (ReserveEngines * (90L << 20));
    private const int BytesReadMax = 2_000_000;

    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AnswerMax = Timeout + TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Hostile_statements_harm_nobody()
    {
        using var folder = new TemporaryFolder();
        await using var server = await LakehouseProcess.StartAsync(
            folder.Path, "--query.timeout", "500ms", "--query.interrupt_grace", "200ms", "--query.memory_limit", "1GiB", "--query.max_temp_bytes", "512MiB",
            "--query.refuse_for", "0s", "--query.reserve_engines", $"{ReserveEngines}");
        await server.IngestAsync("t", "id,k,v\n1,a,10\n2,b,20\n3,a,30\n"u8.ToArray());
        await server.IngestAsync("workers", ProgramTests.Workers(20_000));
        using var stop = new CancellationTokenSource();
        var watch = new Watch(server, stop.Token);
        var faults = new List<string>();
        var slowest = TimeSpan.Zero;

        // Arrow and Parquet put the statement into another one.
        var all = HostileStatements.Read().SelectMany(
            s => s.Formats.Prepend("json").Select(format => (s.Number, $"{s.Class}, {format}", s.Sql, format)));
        foreach (var (number, kind, sql, format) in all)
        {
            watch.Begin(number);
            var (status, body, elapsed) = await SendAsync(server, sql, format);
            slowest = elapsed > slowest ? elapsed : slowest;
            var leak = Leak().Match(body.Replace(sql, string.Empty, StringComparison.Ordinal));
            var isKnown = status is 0 or 200 or 400 or 403 or 404 or 413 or 422 or 504 or 507
                || (status is 500 or 503 && body.Contains("\"engine_failed\"", StringComparison.Ordinal));
            if (!isKnown || elapsed > AnswerMax || leak.Success || body.Contains(folder.Path, StringComparison.Ordinal))
            {
                faults.Add(
                    $"{number} ({kind}): {status} after {elapsed.TotalSeconds:0.00} s, {(leak.Success ? $"'{leak.Value}'" : "no leak")}: "
                    + $"{sql[..Math.Min(sql.Length, 200)]}");
            }
        }

        await stop.CancelAsync();
        await watch.Ended;
        output.WriteLine(
            $"slowest answer {slowest.TotalSeconds:0.00} s; highest memory {watch.HighestBytes >> 20} MiB (statement {watch.HighestAt}: {watch.Highest}), "
            + $"over the bound {watch.OverCount} times of {watch.SampleCount}; {watch}");
        output.WriteLine(string.Join('\n', faults.Concat(watch.Late)));
        faults.Should().BeEmpty();

        // The kernel needs some time to end a process, so memory can be over the bound for a moment, but never far.
        watch.OverCount.Should().BeLessThanOrEqualTo(
            watch.SampleCount / 1_000, "the highest was {0} MiB at statement {1}: {2}", watch.HighestBytes >> 20, watch.HighestAt, watch.Highest);
        watch.HighestBytes.Should().BeLessThanOrEqualTo(MemoryMaxBytes * 4 / 3, "that is what statement {0} reached: {1}", watch.HighestAt, watch.Highest);

        // Another query can use the memory at the same moment, or the machine can be slow: where a process takes half a second of a processor to start, and two
        // are ended one after the other, a question waits as long. At most one in five hundred may be late.
        watch.Late.Count.Should().BeLessThanOrEqualTo(watch.Count / 500);
        (await server.RowsAsync("SELECT count(*) FROM workers")).Should().Be("[[20000]]");
    }

    /// <summary>Returns the status, or 0 when the connection was cut; the part of the body that was read; and the time to its end.</summary>
    private static async Task<(int Status, string Body, TimeSpan Elapsed)> SendAsync(LakehouseProcess server, string sql, string format)
    {
        var started = Stopwatch.StartNew();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/sql?format={format}") { Content = JsonContent.Create(new { sql }) };
        try
        {
            using var answer = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await using var body = await answer.Content.ReadAsStreamAsync();
            var buffer = new byte[BytesReadMax];
            var count = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false);
            return ((int)answer.StatusCode, System.Text.Encoding.UTF8.GetString(buffer, 0, count), started.Elapsed);
        }
        catch (Exception cut) when (cut is HttpRequestException or IOException)
        {
            return (0, string.Empty, started.Elapsed);
        }
    }

    /// <summary>
    /// Texts that no answer may contain: of files of the host and the store, and of the engine's own tables. Errors may repeat names from the statement.
    /// </summary>
    [GeneratedRegex(
        @"[0-9a-f]{32}-[0-9a-f]{8}\.parquet|read_parquet\(\[|CREATE (?:OR REPLACE )?(?:VIEW|MACRO)|allowed_directories"
        + @"|secret_directory|/\.duckdb|root:x:|/root/|/objects/|/tmp/",
        RegexOptions.None,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Leak();

    /// <summary>Samples the memory of the program every 20 ms, and sends an ordinary query again and again.</summary>
    private sealed class Watch
    {
        private static readonly TimeSpan LateAfter = TimeSpan.FromMilliseconds(300);

        private readonly List<double> _times = [];
        private int _statement;

        public Watch(LakehouseProcess server, CancellationToken stop) => Ended = Task.WhenAll(
            Task.Factory.StartNew(() => WatchMemory(server, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default),
            Task.Factory.StartNew(() => Ask(server, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

        public Task Ended { get; }

        public long HighestBytes { get; private set; }

        public int HighestAt { get; private set; }

        /// <summary>The count of memory samples.</summary>
        public int SampleCount { get; private set; }

        /// <summary>The count of samples over the bound.</summary>
        public int OverCount { get; private set; }

        public string Highest { get; private set; } = string.Empty;

        /// <summary>The count of ordinary queries.</summary>
        public int Count => _times.Count;

        /// <summary>The ordinary queries that took longer than 300 ms or were refused.</summary>
        public List<string> Late { get; } = [];

        public void Begin(int statement) => Volatile.Write(ref _statement, statement);

        public override string ToString() =>
            $"{_times.Count} ordinary queries, median {_times.Order().ElementAt(_times.Count / 2):0.0} ms, slowest {_times.Max():0} ms";

        private void WatchMemory(LakehouseProcess server, CancellationToken stop)
        {
            while (!stop.WaitHandle.WaitOne(20))
            {
                var bytes = EngineProcesses.MemoryBytes(server.Id);
                SampleCount++;
                OverCount += bytes > MemoryMaxBytes ? 1 : 0;
                if (bytes > HighestBytes)
                {
                    (HighestBytes, HighestAt) = (bytes, Volatile.Read(ref _statement));
                    Highest = string.Join(
                        ", ", EngineProcesses.Of(server.Id).Prepend(server.Id).Select(p => $"{EngineProcesses.MemoryBytes(p, withEngines: false) >> 20}"));
                }
            }
        }

        /// <summary>Runs on a dedicated thread and not on the thread pool, so that only the server is measured.</summary>
        private void Ask(LakehouseProcess server, CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                var during = Volatile.Read(ref _statement);
                var started = Stopwatch.StartNew();
                using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/sql") { Content = new StringContent("{\"sql\":\"SELECT count(*) FROM t\"}") };
                using var answer = server.Http.Send(request);
                using var reader = new StreamReader(answer.Content.ReadAsStream());
                var body = reader.ReadToEnd();
                _times.Add(started.Elapsed.TotalMilliseconds);
                if (started.Elapsed > LateAfter || !body.Contains("\"rows\":[[3]]", StringComparison.Ordinal))
                {
                    Late.Add($"{DateTime.UtcNow:HH:mm:ss.fff}: {started.Elapsed.TotalMilliseconds:0} ms beside statement {during}: {body}");
                }
            }
        }
    }
}
