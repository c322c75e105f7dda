using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Lakehouse.Bench.Sql;

/// <summary>What the audit costs, and what a kill loses of it.</summary>
internal static class AuditBench
{
    private const int Connections = 16;
    private const int Rounds = 9;
    private const int Requests = 200_000;
    private const int WaitingMax = 50_000; // the default of audit.max_waiting

    private static readonly TimeSpan RoundLength = TimeSpan.FromSeconds(4);

    public static async Task RunAsync(Workspace workspace, Report report)
    {
        await CompareAsync(workspace, report);
        await KillAsync(workspace, report);
    }

    private static async Task CompareAsync(Workspace workspace, Report report)
    {
        await using var with = await ServerProcess.StartAsync(Folder(workspace, "with"));
        await using var without = await ServerProcess.StartAsync(Folder(workspace, "without"), "--audit.enabled", "false");
        var (ours, theirs, ourWork, theirWork) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            var (one, other) = ((with, ours, ourWork), (without, theirs, theirWork));
            foreach (var (server, rates, work) in round % 2 == 0 ? new[] { one, other } : [other, one])
            {
                var before = server.ProcessorTime;
                var count = await AskAsync(server, RoundLength);
                if (round > 0)
                {
                    rates.Add(count / RoundLength.TotalSeconds);
                    work.Add((server.ProcessorTime - before).TotalMicroseconds / count);
                }
            }
        }

        report.AtLeast(
            $"requests a second of SELECT 42 from {Connections} connections with the audit, over those without",
            Report.Median(ours) / Report.Median(theirs),
            0.97,
            $"{Report.Median(ours):0} against {Report.Median(theirs):0}, medians of {Rounds} rounds of {RoundLength.TotalSeconds:0} s in turn; the server's "
                + $"processor time for one is {Report.Median(ourWork):0.0} against {Report.Median(theirWork):0.0} microseconds");
    }

    private static async Task KillAsync(Workspace workspace, Report report)
    {
        var folder = Folder(workspace, "killed");
        var server = await ServerProcess.StartAsync(folder);
        var random = new Random(5);
        var answered = random.Next(Requests / 4, Requests * 3 / 4);
        await AskAsync(server, 0, answered);
        await server.DisposeAsync(); // which kills it
        await using var next = await ServerProcess.StartAsync(folder);
        await AskAsync(next, answered, Requests - answered);
        using var flush = await next.Http.PostAsync("/v1/audit/flush", null);
        flush.EnsureSuccessStatusCode();
        using var answer = await next.Http.PostAsJsonAsync(
            "/v1/sql", new { sql = "SELECT count(*), count(DISTINCT session_id) FROM lakehouse.audit WHERE session_id IS NOT NULL" });
        var row = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("rows")[0];
        var (count, distinct) = (row[0].GetInt64(), row[1].GetInt64());
        report.AtMost(
            $"rows of the audit that are lost of {Requests:N0} requests with a kill after {answered:N0}",
            Requests - distinct, WaitingMax, $"{count:N0} rows, {count - distinct} of them twice");
        report.AtMost("rows of the audit that are there twice after that", count - distinct, 0, "by the ids of the requests");
    }

    /// <summary>Asks for as long as is said. Returns the number of answers.</summary>
    private static async Task<int> AskAsync(ServerProcess server, TimeSpan length)
    {
        var count = 0;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(started) < length)
            {
                using var answer = await server.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT 42" });
                answer.EnsureSuccessStatusCode();
                Interlocked.Increment(ref count);
            }
        })));
        return count;
    }

    /// <summary>Sends so many requests, each with an id.</summary>
    private static async Task AskAsync(ServerProcess server, int first, int count)
    {
        var next = first;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var number && number <= first + count)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/whoami");
                request.Headers.Add("X-Session-Id", number.ToString(CultureInfo.InvariantCulture));
                using var answer = await server.Http.SendAsync(request);
                answer.EnsureSuccessStatusCode();
            }
        })));
    }

    private static string Folder(Workspace workspace, string name) => Directory.CreateDirectory(Path.Combine(workspace.Folder, "audit-" + name)).FullName;
}
