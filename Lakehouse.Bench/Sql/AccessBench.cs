using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Lakehouse.Bench.Sql;

/// <summary>What profiles cost: queries over a dataset that is seen in part against the same rows asked for, and a token among a thousand profiles.</summary>
internal static class AccessBench
{
    private const int Rows = 5_000_000;
    private const int Rounds = 9;
    private const int Profiles = 1_000;
    private const int Warm = 5_000;
    private const int Small = 5_000;
    private const string Token = "the-servers-own";
    private const string Filter = "state = 'CA'";

    // Made by a formula, so that it is the same everywhere: a tenth of the rows has the state.
    private const string Data = """
        SELECT i AS id, 'name ' || (i * 7919 % 100003) AS name, CASE i % 10 WHEN 0 THEN 'CA' ELSE 'S' || (i % 37) END AS state, (i * 31 % 99991) / 7.0 AS pay,
            DATE '1950-01-01' + CAST(i % 20000 AS INTEGER) AS born, printf('%03d-%02d-%04d', i % 1000, i % 100, i % 10000) AS ssn
        FROM range({0}) t(i)
        """;

    private static readonly string[] Queries =
    [
        "SELECT count(*), sum(pay) FROM {0}", "SELECT born, max(pay) AS m FROM {0} GROUP BY born ORDER BY m DESC, born LIMIT 5",
        "SELECT name, count(*) AS c FROM {0} GROUP BY name ORDER BY c DESC, name LIMIT 10", "SELECT count(*) FROM {0} WHERE name LIKE '%77%' AND pay > 5000",
        "SELECT count(*) FROM {0} WHERE id BETWEEN 1000000 AND 1010000",
    ];

    public static async Task RunAsync(Workspace workspace, Report report)
    {
        var folder = Path.Combine(workspace.Folder, "access");
        Directory.CreateDirectory(folder);
        await using var server = await ServerProcess.StartAsync(folder, "--auth.token", Token, "--query.cache_bytes", "0");
        server.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        var data = Data.Replace("{0}", $"{Rows}", StringComparison.Ordinal);
        using (var made = await server.Http.PostAsJsonAsync("/v1/sql", new { sql = data, into = new { dataset = "people", mode = "replace" } }))
        {
            made.EnsureSuccessStatusCode();
        }

        using var rows = await ClientAsync(server, "rows", new { people = new { rows = Filter } });
        using var masks = await ClientAsync(server, "masks", new { people = new { columns = new { ssn = "last4" } } });
        for (var i = 0; i < Queries.Length; i++)
        {
            var all = string.Format(System.Globalization.CultureInfo.InvariantCulture, Queries[i], "people");
            var some = string.Format(System.Globalization.CultureInfo.InvariantCulture, Queries[i], $"(FROM people WHERE {Filter})");
            var (asked, seen, whole, masked) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round <= Rounds; round++)
            {
                foreach (var (client, sql, times) in new[]
                {
                    (server.Http, some, asked), (rows, all, seen), (server.Http, all, whole), (masks, all, masked),
                })
                {
                    var time = await TimeAsync(client, $"{sql} -- {round}");
                    if (round > 0)
                    {
                        times.Add(time);
                    }
                }
            }

            Compare($"time of a row filter, over that of the same condition: {Queries[i]}", seen, asked);
            Compare($"time with another column masked, over that without: {Queries[i]}", masked, whole);
        }

        await MeasureTokensAsync(server, report);

        void Compare(string what, List<double> ours, List<double> theirs) => report.AtMost(
            what, Report.Median(ours) / Report.Median(theirs), 1.2,
            $"{Report.Median(ours):0.0} ms against {Report.Median(theirs):0.0} ms, medians of {Rounds} in turn");
    }

    /// <summary>A small statement by a profile against the same by the administrator, among many profiles.</summary>
    private static async Task MeasureTokensAsync(ServerProcess server, Report report)
    {
        for (var i = 0; i < Profiles; i++)
        {
            using var _ = await ClientAsync(server, $"p{i}", null);
        }

        using var last = await ClientAsync(server, "one-more", null);
        var (profile, administrator) = (new List<double>(), new List<double>());
        for (var round = 0; round < Warm + Small; round++)
        {
            var (one, other) = ((last, profile), (server.Http, administrator));
            foreach (var (client, times) in round % 2 == 0 ? new[] { one, other } : [other, one])
            {
                var time = await TimeAsync(client, "SELECT 42");
                if (round >= Warm)
                {
                    times.Add(time);
                }
            }
        }

        report.AtMost(
            $"microseconds that a profile among {Profiles:N0} adds to SELECT 42",
            (Report.Median(profile) - Report.Median(administrator)) * 1000,
            20,
            $"{Report.Median(profile):0.000} ms against {Report.Median(administrator):0.000} ms, medians of {Small} in turn");
    }

    private static async Task<HttpClient> ClientAsync(ServerProcess server, string name, object? guards)
    {
        using var put = await server.Http.PutAsJsonAsync($"/v1/profiles/{name}", new { actions = new[] { "read" }, datasets = new[] { "*" }, guards });
        put.EnsureSuccessStatusCode();
        using var made = await server.Http.PostAsync($"/v1/profiles/{name}/tokens", null);
        var token = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();
        var http = new HttpClient { BaseAddress = server.Http.BaseAddress, Timeout = TimeSpan.FromMinutes(10) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private static async Task<double> TimeAsync(HttpClient client, string sql)
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        using var answer = await client.PostAsJsonAsync("/v1/sql", new { sql });
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync();
        return System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
