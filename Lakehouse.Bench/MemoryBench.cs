using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Lakehouse.Bench;

/// <summary>How long a recall takes over ten thousand memories, with the built-in embedder.</summary>
internal static class MemoryBench
{
    private const int Memories = 10_000;
    private const int Recalls = 1_000;
    private const int Warm = 200;

    private static readonly string[] Verbs = ["count", "average", "list", "compare", "forecast", "plot", "join", "rank", "clean", "export"];
    private static readonly string[] Things = ["workers", "invoices", "parcels", "customers", "machines", "contracts", "orders", "wages", "tickets", "trucks"];
    private static readonly string[] Scopes = ["state", "month", "city", "shift", "branch", "language", "age", "season", "currency", "weekday"];

    public static async Task RunAsync(Workspace workspace, Report report)
    {
        var folder = Directory.CreateDirectory(Path.Combine(workspace.Folder, "memory")).FullName;
        await using var server = await ServerProcess.StartAsync(folder, "--embed.provider", "hashing", "--memory.index_wait", "60s");
        var lines = string.Join('\n', Enumerable.Range(0, Memories).Select(i => JsonSerializer.Serialize(new
        {
            id = $"{i}",
            task = TextOf(i),
            outcome = i % 10 / 10.0,
            steps = new[] { new { tool = "query", sql = $"SELECT {i} FROM {Things[i / 10 % 10]}" } },
        })));
        var started = Stopwatch.GetTimestamp();
        using (var imported = await server.Http.PostAsync("/v1/memory/s/import", new StringContent(lines, Encoding.UTF8, "application/x-ndjson")))
        {
            imported.EnsureSuccessStatusCode();
        }

        await RecallAsync(server, "the first one waits for the index");
        Report.Note($"seconds to remember and index {Memories:N0} tasks", Stopwatch.GetElapsedTime(started).TotalSeconds, "an import and the recall after it");
        var times = new List<double>();
        var random = new Random(3);
        for (var i = 0; i < Warm + Recalls; i++)
        {
            var time = await RecallAsync(server, $"please {TextOf(random.Next(Memories))} again, number {i}");
            if (i >= Warm)
            {
                times.Add(time);
            }
        }

        times.Sort();
        report.AtMost(
            $"milliseconds of a recall over {Memories:N0} memories", Report.Median(times), 5,
            $"median of {Recalls} different texts, the 99th of 100 takes {times[times.Count * 99 / 100]:0.00} ms");
    }

    private static string TextOf(int i) => $"{Verbs[i % 10]} the {Things[i / 10 % 10]} by {Scopes[i / 100 % 10]} for team {i / 1000}";

    private static async Task<double> RecallAsync(ServerProcess server, string text)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await server.Http.PostAsJsonAsync("/v1/memory/s/recall", new { text, k = 5 });
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
