using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Host.Sample;

namespace Lakehouse.Bench.Sql;

/// <summary>The engine in an engine process against the engine in the server's process: two servers alternately, on the same data.</summary>
internal static class IsolationBench
{
    private const int WarmUp = 2_000;
    private const int Rounds = 3_000;
    private const int LongRounds = 9;
    private const int SearchRounds = 31;
    private const int StartRounds = 9;
    private const int SearchRows = 2_000;
    private const string Search = "SELECT count(*), sum(v.distance) FROM queries q, vector_search('queries', q.resume_text, k := 5) v";

    public static async Task RunAsync(Workspace workspace, Report report)
    {
        var folders = new[] { Path.Combine(workspace.Folder, "process"), Path.Combine(workspace.Folder, "none") };
        await using var process = await StartAsync(folders[0], "process");
        await using var none = await StartAsync(folders[1], "none");
        var small = Path.Combine(workspace.Folder, "queries.csv");
        await using (var file = File.Create(small))
        {
            WorkersCsv.Write(file, SearchRows);
        }

        foreach (var server in new[] { process, none })
        {
            await server.IngestAsync("workers", workspace.CsvPath);
            await server.IngestAsync("queries", small);
            await ImportAsync(server);
        }

        await CompareLatencyAsync(process, none, report);
        await CompareAnswersAsync(process, none, report);
        await CompareSearchAsync(process, none, report);
        await MeasureReplacementAsync(process, report);
        await CompareStartAsync(folders, report);
    }

    private static Task<ServerProcess> StartAsync(string folder, string isolation)
    {
        Directory.CreateDirectory(folder);
        return ServerProcess.StartAsync(folder, "--query.isolation", isolation, "--query.cache_bytes", "0");
    }

    private static async Task ImportAsync(ServerProcess server)
    {
        using var answer = await server.Http.PostAsJsonAsync(
            "/v1/vectors/index/queries/import", new { dataset = "queries", id = "worker_id", text = "resume_text" });
        answer.EnsureSuccessStatusCode();
        while ((await server.Http.GetFromJsonAsync<JsonElement>("/v1/vectors/index/queries/import")).GetProperty("state").GetString() != "done")
        {
            await Task.Delay(10);
        }
    }

    private static async Task CompareLatencyAsync(ServerProcess process, ServerProcess none, Report report)
    {
        var (ours, theirs) = await InTurnAsync(process, none, "SELECT 42", WarmUp, Rounds);
        report.AtMost(
            "ms that a process of its own adds to SELECT 42",
            Report.Median(ours) - Report.Median(theirs),
            0.10,
            $"{Report.Median(ours):0.000} ms against {Report.Median(theirs):0.000} ms, medians of {Rounds} in turn");
    }

    private static async Task CompareAnswersAsync(ServerProcess process, ServerProcess none, Report report)
    {
        var (ours, theirs) = await InTurnAsync(process, none, "SELECT * FROM workers", 2, LongRounds);
        report.AtLeast(
            "speed of a long answer as JSON, over that from the server's own process",
            Report.Median(theirs) / Report.Median(ours),
            0.9,
            $"{Report.Median(ours):0} ms against {Report.Median(theirs):0} ms, medians of {LongRounds} in turn");
    }

    private static async Task CompareSearchAsync(ServerProcess process, ServerProcess none, Report report)
    {
        var (ours, theirs) = await InTurnAsync(process, none, Search, SearchRounds, SearchRounds);
        report.AtMost(
            $"time of vector_search for each of {SearchRows:N0} rows, over that in the server's own process",
            Report.Median(ours) / Report.Median(theirs),
            1.1,
            $"{Report.Median(ours):0.0} ms against {Report.Median(theirs):0.0} ms, medians of {SearchRounds} in turn");
    }

    private static async Task<(List<double> Process, List<double> None)> InTurnAsync(
        ServerProcess process, ServerProcess none, string sql, int warmUp, int rounds)
    {
        var buffer = new byte[1 << 20];
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < warmUp + rounds; round++)
        {
            // The second server finds the processor's caches in another state than the first, so the order alternates.
            foreach (var server in round % 2 == 0 ? new[] { process, none } : [none, process])
            {
                var time = (await server.QueryAsync(sql, buffer)).Whole.TotalMilliseconds;
                if (round >= warmUp)
                {
                    (server == process ? ours : theirs).Add(time);
                }
            }
        }

        return (ours, theirs);
    }

    /// <summary>The time from the kill of the active engine process to the first answer of its successor.</summary>
    private static async Task MeasureReplacementAsync(ServerProcess server, Report report)
    {
        var buffer = new byte[1 << 16];
        var times = new List<double>();
        for (var round = 0; round < StartRounds; round++)
        {
            while (server.Children() is not [_, _])
            {
                await Task.Delay(10);
            }

            await Task.Delay(500); // until the process in reserve is ready
            await server.QueryAsync("SELECT 42", buffer);
            using var engine = Process.GetProcessById(server.Children()[0]);
            var started = Stopwatch.GetTimestamp();
            engine.Kill();
            await server.QueryAsync("SELECT 42", buffer);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        report.AtMost(
            "ms from the end of an engine process to the first answer of the next",
            Report.Median(times),
            50,
            $"medians of {StartRounds}, slowest {times.Max():0} ms");
    }

    private static async Task CompareStartAsync(string[] folders, Report report)
    {
        var (ours, theirs, first) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < StartRounds; round++)
        {
            foreach (var (folder, isolation, times) in new[] { (folders[0] + "-start", "process", ours), (folders[1] + "-start", "none", theirs) })
            {
                var started = Stopwatch.GetTimestamp();
                await using var server = await StartAsync(folder, isolation);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                if (times == ours)
                {
                    await server.QueryAsync("SELECT 42", new byte[1 << 16]);
                    first.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
            }
        }

        report.AtMost(
            "ms that it adds to the start of the program",
            Report.Median(ours) - Report.Median(theirs),
            150,
            $"{Report.Median(ours):0} ms against {Report.Median(theirs):0} ms; the first query is answered {Report.Median(first):0} ms after the start");
    }
}
