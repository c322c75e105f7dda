using System.Diagnostics;
using System.Net.Http.Json;

namespace Lakehouse.Bench.Stores;

/// <summary>What it costs that datasets are Iceberg tables, too.</summary>
internal static class PublishBench
{
    private const int Appends = 300;
    private const int Queries = 500;
    private const int Warm = 20;

    public static async Task RunAsync(Workspace workspace, Report report)
    {
        await using var with = await ServerProcess.StartAsync(Folder(workspace, "with"), "--catalog.publish", "iceberg", "--query.cache_bytes", "0");
        await using var without = await ServerProcess.StartAsync(Folder(workspace, "without"), "--query.cache_bytes", "0");
        var (ours, theirs) = await InTurnAsync(with, without, Appends, AppendAsync);
        report.AtMost(
            "time of a small append to a published dataset, over that of another", Report.Median(ours) / Report.Median(theirs), 1.15,
            $"{Report.Median(ours):0.00} ms against {Report.Median(theirs):0.00} ms, medians of {Appends} in turn");

        using var caughtUp = await with.Http.GetAsync("/v1/catalog/publish/t?wait=true");
        caughtUp.EnsureSuccessStatusCode();
        (ours, theirs) = await InTurnAsync(with, without, Queries, (server, _) => AskAsync(server));
        report.AtMost(
            "time of a query of a published dataset, over that of another", Report.Median(ours) / Report.Median(theirs), 1.1,
            $"{Report.Median(ours):0.000} ms against {Report.Median(theirs):0.000} ms, medians of {Queries} in turn");
    }

    private static async Task<(List<double> Ours, List<double> Theirs)> InTurnAsync(
        ServerProcess with, ServerProcess without, int count, Func<ServerProcess, int, Task> call)
    {
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var i = 0; i < Warm + count; i++)
        {
            var (one, other) = ((with, ours), (without, theirs));
            foreach (var (server, times) in i % 2 == 0 ? new[] { one, other } : [other, one])
            {
                var started = Stopwatch.GetTimestamp();
                await call(server, i);
                if (i >= Warm)
                {
                    times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
            }
        }

        return (ours, theirs);
    }

    private static async Task AppendAsync(ServerProcess server, int i)
    {
        using var body = new StringContent($"id,name,amount\n{i},row {i},{i}.5\n{i},other {i},1.5\n");
        using var answer = await server.Http.PostAsync("/v1/ingest?name=t&mode=append", body);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task AskAsync(ServerProcess server)
    {
        using var answer = await server.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT count(*), max(amount) FROM t" });
        answer.EnsureSuccessStatusCode();
    }

    private static string Folder(Workspace workspace, string name) => Directory.CreateDirectory(Path.Combine(workspace.Folder, "publish-" + name)).FullName;
}
