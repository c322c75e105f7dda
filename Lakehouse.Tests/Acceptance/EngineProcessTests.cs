using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Acceptance;

/// <summary>
/// The engine process: what it can do, and how its end affects others. These tests run alone, because processes that are killed as fast as they start need the
/// processors.
/// </summary>
[Collection(nameof(Alone))]
public sealed class EngineProcessTests
{
    private const string StackOverflow = "SELECT json_structure(s) FROM (SELECT string_agg('[','')||string_agg(']','') s FROM range(200000))";

    /// <summary>
    /// A thousand kills at random moments under sixteen clients: no answer is wrong, no truncated answer looks complete, no query fails that could have been
    /// run again, and the server process stays the same.
    /// </summary>
    [Fact]
    public async Task A_thousand_kills_of_the_engine_cost_no_answer()
    {
        const int kills = 1_000;
        const int clients = 16;
        using var folder = new TemporaryFolder();
        await using var server = await LakehouseProcess.StartAsync(folder.Path, "--query.timeout", "5m");
        await server.IngestAsync("workers", ProgramTests.Workers(3_000));
        string[] texts =
        [
            "SELECT 42",
            "SELECT count(*) FROM workers",
            "SELECT state, count(*), avg(hourly_rate) FROM workers GROUP BY 1 ORDER BY 1",
            "SELECT worker_id, resume_text FROM workers ORDER BY resume_text DESC LIMIT 5",
            "SHOW TABLES",
            "SELECT * FROM workers", // 1.8 MB, of several blocks: a kill in mid-answer cuts its connection
        ];
        var expected = new List<string>();
        foreach (var text in texts)
        {
            expected.Add(await server.RowsAsync(text));
        }

        using var stop = new CancellationTokenSource();
        var (answers, cuts) = (0, 0);
        var others = Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var random = new Random(client);
            while (!stop.IsCancellationRequested)
            {
                // The long answer is rare, so that there are many short ones.
                var choice = random.Next(20) == 0 ? texts.Length - 1 : random.Next(texts.Length - 1);
                try
                {
                    using var answer = await server.Http.PostAsJsonAsync("/v1/sql", new { sql = texts[choice] });
                    var body = await answer.Content.ReadAsStringAsync();
                    answer.StatusCode.Should().Be(
                        HttpStatusCode.OK, "{0}: {1}; the log ends with {2}", texts[choice], body, server.Log[^Math.Min(server.Log.Length, 3_000)..]);
                    JsonDocument.Parse(body).RootElement.GetProperty("rows").GetRawText().Should().Be(expected[choice]);
                    Interlocked.Increment(ref answers);
                }
                catch (HttpRequestException)
                {
                    // Cut off: allowed once bytes were sent, and only the long answer sends bytes before its end.
                    choice.Should().Be(texts.Length - 1);
                    Interlocked.Increment(ref cuts);
                }
            }
        })).ToList();

        var dice = new Random(17);
        var done = 0;
        var longest = Stopwatch.StartNew();
        while (done < kills && others.TrueForAll(o => !o.IsCompleted) && longest.Elapsed < TimeSpan.FromMinutes(9))
        {
            // At any moment, one time in eight the active process, otherwise the one in reserve, which may still be starting. A process takes longer to start
            // than the pauses here, so if the active one were killed each time, no statement would get to its end.
            await Task.Delay(dice.Next(100));
            if (EngineProcesses.Of(server.Id) is [var active, .., var newest] && EngineProcesses.Kill(dice.Next(8) == 0 ? active : newest))
            {
                done++;
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(others);
        done.Should().Be(kills);
        answers.Should().BeGreaterThan(kills, "the clients were served all along ({0} long answers were cut)", cuts);
        (await server.RowsAsync("SELECT 42")).Should().Be("[[42]]");
        server.Log.Should().NotContain("fail:");
    }

    [Fact]
    public async Task A_statement_that_ends_the_engine_fails_alone_and_is_refused_after_the_second_time()
    {
        using var folder = new TemporaryFolder();
        await using var server = await LakehouseProcess.StartAsync(
            folder.Path, "--query.refuse_for", "3s", "--query.timeout", "2s", "--query.interrupt_grace", "200ms");
        using var stop = new CancellationTokenSource();
        var others = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                (await server.RowsAsync("SELECT sum(i) FROM range(1000) t(i)")).Should().Be("[[499500]]");
            }
        })).ToList();

        // After a stack overflow, a process usually ends, but sometimes it loops.
        (int Status, string? Code)[] ends = [(500, "engine_failed"), (504, "query_timeout")];
        (int Status, string? Code) last = default;
        for (var i = 0; i < 2; i++)
        {
            last = await RefusalAsync(server, StackOverflow);
            last.Should().BeOneOf(ends);
        }

        last = await RefusalAsync(server, StackOverflow);
        last.Should().Be((403, "query_refused"));
        await Until.HoldsAsync(() => ends.Contains(RefusalAsync(server, StackOverflow).Result));
        await stop.CancelAsync();
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task A_statement_that_takes_the_memory_is_answered_507_and_the_engine_is_replaced()
    {
        using var folder = new TemporaryFolder();
        await using var server = await LakehouseProcess.StartAsync(folder.Path, "--query.memory_limit", "256MiB", "--query.max_repeat", "100000000");
        await server.RowsAsync("SELECT 1");
        var before = EngineProcesses.Of(server.Id)[0];

        var refusal = await RefusalAsync(server, "SELECT sum(length(repeat('x', least(50000000 + i, 60000000)))) FROM range(64) t(i)");

        refusal.Should().Be((507, "query_out_of_memory"));
        (await server.RowsAsync("SELECT 1")).Should().Be("[[1]]");
        EngineProcesses.Of(server.Id).Should().NotContain(before);
    }

    [Fact]
    public async Task A_statement_that_does_not_stop_is_answered_in_time_and_its_engine_killed()
    {
        using var folder = new TemporaryFolder();
        await using var server = await LakehouseProcess.StartAsync(folder.Path, "--query.timeout", "500ms", "--query.interrupt_grace", "200ms");
        await server.RowsAsync("SELECT 1");
        var before = EngineProcesses.Of(server.Id)[0];

        var refusal = await RefusalAsync(server, "SELECT repeat('a', 1000) LIKE '%a_%a_%a_%a_%a_%a_%b'");

        refusal.Should().Be((504, "query_timeout"));
        await Until.HoldsAsync(() => !EngineProcesses.Of(server.Id).Contains(before));
        (await server.RowsAsync("SELECT 1")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task The_engine_has_given_up_what_it_does_not_need()
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string> { ["LAKEHOUSE__AUTH__TOKEN"] = "", ["SOME_SECRET"] = "hush" };
        await using var server = await LakehouseProcess.StartAsync(folder.Path, environment);
        await server.RowsAsync("SELECT 1");
        await Until.HoldsAsync(() => EngineProcesses.Of(server.Id).Count == 2);
        foreach (var engine in EngineProcesses.Of(server.Id))
        {
            await Until.HoldsAsync(() => EngineProcesses.Status(engine, "Seccomp") == "2");
            EngineProcesses.Status(engine, "NoNewPrivs").Should().Be("1");
            EngineProcesses.Status(engine, "CapEff").Should().Be("0000000000000000");
            File.ReadAllText($"/proc/{engine}/oom_score_adj").Trim().Should().Be("1000");
            File.ReadAllText($"/proc/{engine}/limits").Should().MatchRegex(@"Max core file size +0 +0 ");
            File.ReadAllText($"/proc/{engine}/environ").Should().NotContain("LAKEHOUSE").And.NotContain("hush");

            // Only its lanes, descriptors of the runtime, and libraries: no socket of the server, no file of the store, no log.
            var open = Directory.EnumerateFiles($"/proc/{engine}/fd").Select(f => new FileInfo(f).LinkTarget ?? string.Empty).ToList();
            string[] own = [".dll", ".so", "/dev/null", "/dev/urandom"];
            open.Where(
                o => o.StartsWith('/') && !o.StartsWith("/memfd:", StringComparison.Ordinal) && !o.StartsWith("/proc/", StringComparison.Ordinal)
                    && !Array.Exists(own, e => o.EndsWith(e, StringComparison.Ordinal)))
                .Should().BeEmpty();
        }

        server.Log.Should().NotContain("does not confine");
    }

    [Fact]
    public async Task The_engine_ends_with_the_server_however_that_ends()
    {
        using var folder = new TemporaryFolder();
        await using var server = await LakehouseProcess.StartAsync(folder.Path);
        await server.RowsAsync("SELECT 1");
        var engines = EngineProcesses.Of(server.Id);
        engines.Should().NotBeEmpty();

        await server.KillAsync();

        await Until.HoldsAsync(() => engines.All(e => !Directory.Exists($"/proc/{e}")));
    }

    [Fact]
    public async Task Slow_readers_of_endless_answers_take_no_turn_from_others()
    {
        using var folder = new TemporaryFolder();
        await using var server = await LakehouseProcess.StartAsync(folder.Path, "--query.max_running", "2", "--query.max_paused", "8", "--query.timeout", "5s");
        var readers = new List<HttpResponseMessage>();
        for (var i = 0; i < 8; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/sql")
            {
                Content = JsonContent.Create(
                new { sql = "SELECT repeat('x', 1000), i FROM range(1000000000) t(i)" })
            };
            readers.Add(await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
        }

        for (var i = 0; i < 20; i++)
        {
            (await server.RowsAsync("SELECT 42")).Should().Be("[[42]]");
        }

        // A client that continues to read still receives its own answer.
        await using var body = await readers[3].Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[3_000_000]);
        readers.ForEach(r => r.Dispose());
    }

    private static async Task<(int Status, string? Code)> RefusalAsync(LakehouseProcess server, string sql)
    {
        using var answer = await server.Http.PostAsJsonAsync("/v1/sql", new { sql });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return ((int)answer.StatusCode, body.TryGetProperty("code", out var code) ? code.GetString() : null);
    }
}
