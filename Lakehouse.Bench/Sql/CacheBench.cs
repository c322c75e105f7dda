using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;

namespace Lakehouse.Bench.Sql;

/// <summary>Queries that come again: from the kept answers, and not sent again because the client has the answer.</summary>
internal static class CacheBench
{
    private const int WarmUp = 2_000;
    private const int Rounds = 3_000;
    private const double MaxMs = 0.2;

    public static async Task RunAsync(Workspace workspace, Report report)
    {
        await using var server = await ServerProcess.StartAsync(Path.Combine(workspace.Folder, "kept"));
        await server.Http.PostAsync("/v1/ingest?name=few", new StringContent("id,k\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n7,a\n8,b\n9,a\n10,b\n"));
        const string sql = "SELECT k, count(*) FROM few GROUP BY k ORDER BY k";
        var tag = (await SendAsync(server, sql, null)).Tag;
        var (kept, known, small) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < WarmUp + Rounds; round++)
        {
            var times = (await SendAsync(server, sql, null), await SendAsync(server, sql, tag), await SendAsync(server, "SELECT 42", null));
            if (round >= WarmUp)
            {
                kept.Add(times.Item1.Ms);
                known.Add(times.Item2.Ms);
                small.Add(times.Item3.Ms);
            }
        }

        report.AtMost("ms for a kept answer over HTTP, GROUP BY over 10 rows", Report.Median(kept), MaxMs, $"median of {Rounds}");
        report.AtMost("ms for a kept answer over HTTP, SELECT 42", Report.Median(small), MaxMs, $"median of {Rounds}");
        report.AtMost("ms for a 304", Report.Median(known), MaxMs, $"median of {Rounds}");
    }

    private static async Task<(double Ms, string? Tag)> SendAsync(ServerProcess server, string sql, string? tag)
    {
        var started = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/sql") { Content = JsonContent.Create(new { sql }) };
        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        }

        using var answer = await server.Http.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();
        var isKnown = answer.StatusCode == HttpStatusCode.NotModified;
        return isKnown == tag is not null
            ? (Stopwatch.GetElapsedTime(started).TotalMilliseconds, answer.Headers.ETag?.ToString())
            : throw new InvalidOperationException($"the answer was {answer.StatusCode}");
    }
}
