using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Host.Sample;

namespace Lakehouse.Bench;

/// <summary>
/// An import with the built-in model, and searches of the index over HTTP: by vectors, and what keywords, an SQL condition and a search from SQL add to that.
/// </summary>
internal static class SearchBench
{
    private const int Rows = 100_000;
    private const int Rounds = 200;
    private const int WarmUp = 50;

    private static readonly string[] Texts =
    [
        "forklift driver in Illinois", "welder who reads drawings", "calm under pressure", "plumber from Dallas with 20 years", "trained new hires",
        "electrician OSHA nights"
    ];

    public static async Task RunAsync(ServerProcess server)
    {
        var path = Path.GetTempFileName();
        try
        {
            await using (var file = File.Create(path))
            {
                WorkersCsv.Write(file, Rows);
            }

            await server.IngestAsync("people", path);
        }
        finally
        {
            File.Delete(path);
        }

        var started = Stopwatch.GetTimestamp();
        await PostAsync(
            server,
            "/v1/vectors/index/people/import",
            new { dataset = "people", id = "worker_id", text = "resume_text", metadata = new[] { "role", "state" } });
        while ((await server.Http.GetFromJsonAsync<JsonElement>("/v1/vectors/index/people/import")).GetProperty("state").GetString() != "done")
        {
            await Task.Delay(10);
        }

        Report.Note(
            "rows a second imported: read, embedded by the built-in model, linked, durable",
            Rows / Stopwatch.GetElapsedTime(started).TotalSeconds,
            $"{Rows:N0} x 1,024");
        var vector = await MeasureAsync(server, text => ("/v1/search", new { index = "people", text, mode = "vector" }));
        Report.Note("ms for a search by a cached text over HTTP", vector, $"{Rows:N0} rows, k 10, medians of {Rounds}");
        await AddAsync("keywords alone", text => ("/v1/search", new { index = "people", text, mode = "keyword" }));
        await AddAsync("hybrid", text => ("/v1/search", new { index = "people", text, mode = "hybrid" }));
        await AddAsync("where that keeps half", text => ("/v1/search", new { index = "people", text, mode = "vector", where = "years_experience >= 20" }));
        await AddAsync(
            "where that keeps 1 %",
            text => ("/v1/search", new { index = "people", text, mode = "vector", where = "years_experience = 20 AND state IN ('IL', 'TX', 'CA')" }));
        await AddAsync("SELECT ... FROM vector_search(...)", text => ("/v1/sql", new { sql = $"SELECT id, distance FROM vector_search('people', '{text}')" }));

        async Task AddAsync(string what, Func<string, (string, object)> request)
        {
            var ms = await MeasureAsync(server, request);
            Report.Note($"x that, {what}", ms / vector, $"{ms:0.00} ms");
        }
    }

    private static async Task<double> MeasureAsync(ServerProcess server, Func<string, (string Path, object Body)> request)
    {
        var times = new List<double>();
        for (var round = 0; round < WarmUp + Rounds; round++)
        {
            var (path, body) = request(Texts[round % Texts.Length]);
            var started = Stopwatch.GetTimestamp();
            await PostAsync(server, path, body);
            if (round >= WarmUp)
            {
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        return Report.Median(times);
    }

    private static async Task PostAsync(ServerProcess server, string path, object body)
    {
        using var answer = await server.Http.PostAsJsonAsync(path, body);
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync();
    }
}
