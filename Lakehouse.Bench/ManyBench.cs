using System.Diagnostics;
using System.Net.Http.Json;

namespace Lakehouse.Bench;

/// <summary>Ten thousand datasets: how soon the program has started and lists them, and what they cost in memory.</summary>
internal static class ManyBench
{
    private const int Datasets = 10_000;
    private const int Clients = 4;

    public static async Task RunAsync(Workspace workspace, Report report)
    {
        var (none, many) = (Path.Combine(workspace.Folder, "none"), Path.Combine(workspace.Folder, "many"));
        await MakeAsync(many);
        var (alone, full) = (await StartAsync(none), await StartAsync(many));
        report.AtMost("s until the program has started with 10,000 datasets", full.Start.TotalSeconds, 2, $"{alone.Start.TotalSeconds:0.00} s with none");
        report.AtMost(
            "MiB that 10,000 datasets take in the server", full.MemoryMiB - alone.MemoryMiB, 100, $"{alone.MemoryMiB:0} MiB with none, after the first lists");
        for (var i = 0; i < Lists.Length; i++)
        {
            report.AtMost(
                $"ms of {Lists[i]}, the first time", full.First[i].TotalMilliseconds, 100,
                $"{full.Later[i].TotalMilliseconds:0} ms later, {alone.First[i].TotalMilliseconds:0} ms without datasets");
        }
    }

    private static readonly string[] Lists = ["SHOW TABLES", "SELECT * FROM information_schema.tables", "SELECT count(*) FROM information_schema.columns"];

    /// <summary>Each dataset has two columns and two rows, and data files of its own.</summary>
    private static async Task MakeAsync(string folder)
    {
        await using var server = await ServerProcess.StartAsync(folder);
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < Datasets; i = Interlocked.Increment(ref next))
            {
                using var body = new StringContent($"id,name\n{i},Ann\n{i + 1},Ben\n");
                (await server.Http.PostAsync($"/v1/ingest?name=many_{i:00000}", body)).EnsureSuccessStatusCode().Dispose();
            }
        })));
    }

    private static async Task<(TimeSpan Start, double MemoryMiB, TimeSpan[] First, TimeSpan[] Later)> StartAsync(string folder)
    {
        var started = Stopwatch.GetTimestamp();
        await using var server = await ServerProcess.StartAsync(folder);
        var start = Stopwatch.GetElapsedTime(started);
        await server.QueryAsync("SELECT 1", new byte[64 * 1024]); // what the engine's process needs to start is another figure
        var (first, later) = (new TimeSpan[Lists.Length], new TimeSpan[Lists.Length]);
        for (var i = 0; i < Lists.Length; i++)
        {
            first[i] = await TimeAsync(server, Lists[i]);
            later[i] = await TimeAsync(server, Lists[i]);
        }

        return (start, server.MemoryMiB("VmRSS"), first, later);
    }

    private static async Task<TimeSpan> TimeAsync(ServerProcess server, string sql)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await server.Http.PostAsJsonAsync("/v1/sql", new { sql });
        answer.EnsureSuccessStatusCode();
        return Stopwatch.GetElapsedTime(started);
    }
}
