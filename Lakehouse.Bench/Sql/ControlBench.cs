using System.Diagnostics;
using System.Net.Http.Json;

namespace Lakehouse.Bench.Sql;

/// <summary>
/// How soon the engine is free after a query was cancelled, has timed out, or has lost its client: the server runs one query at a time, so the next one waits
/// for that.
/// </summary>
internal static class ControlBench
{
    private const int Tries = 100;
    private const double MaxMs = 100;
    private const string Endless = "SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)";
    private static readonly TimeSpan RunFor = TimeSpan.FromMilliseconds(60);

    public static async Task RunAsync(Workspace workspace, Report report)
    {
        await using var server = await ServerProcess.StartAsync(Path.Combine(workspace.Folder, "control"), "--query.max_running", "1");
        await server.QueryAsync("SELECT 1", new byte[64 * 1024]);
        await MeasureAsync(server, report, "cancel", async id =>
        {
            var running = SendAsync(server, id, null, default);
            await Task.Delay(RunFor);
            while (true)
            {
                var started = Stopwatch.GetTimestamp();
                if ((await server.Http.DeleteAsync($"/v1/queries/{id}")).IsSuccessStatusCode)
                {
                    await running;
                    return started;
                }
            }
        });
        await MeasureAsync(server, report, "timeout", async id =>
        {
            var started = Stopwatch.GetTimestamp();
            await SendAsync(server, id, (int)RunFor.TotalMilliseconds, default);
            return started + (long)(RunFor.TotalSeconds * Stopwatch.Frequency);
        });
        await MeasureAsync(server, report, "disconnect", async id =>
        {
            using var gone = new CancellationTokenSource();
            var running = SendAsync(server, id, null, gone.Token);
            await Task.Delay(RunFor);
            var started = Stopwatch.GetTimestamp();
            await gone.CancelAsync();
            await running;
            return started;
        });
    }

    private static async Task MeasureAsync(ServerProcess server, Report report, string what, Func<string, Task<long>> stop)
    {
        var buffer = new byte[64 * 1024];
        var times = new List<double>();
        for (var i = 0; i < Tries; i++)
        {
            var started = await stop($"{what}-{i}");
            await server.QueryAsync("SELECT 1", buffer);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        report.AtMost($"ms until the engine is free after a {what}", times.Max(), MaxMs, $"the most of {Tries} tries, median {Report.Median(times):0.0} ms");
    }

    private static async Task SendAsync(ServerProcess server, string id, int? timeout, CancellationToken stop)
    {
        try
        {
            using var answer = await server.Http.PostAsJsonAsync("/v1/sql", new { sql = Endless, query_id = id, timeout_ms = timeout ?? 20_000 }, stop);
            if (answer.IsSuccessStatusCode)
            {
                throw new InvalidOperationException("the query has ended by itself");
            }
        }
        catch (OperationCanceledException)
        {
            // The client has gone.
        }
    }
}
