using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Lakehouse.DuckDb;

namespace Lakehouse.Bench.Sql;

/// <summary>
/// Texts that come again, without kept answers: over HTTP in turn with DuckDB's own execution of a prepared statement in this process, and from 16 connections
/// at once. With the path of another build's lakehouse.dll in LAKEHOUSE_BENCH_BEFORE, its rate is measured in turn with this one's.
/// </summary>
internal static class AgainBench
{
    // About four seconds. A server answers such texts all day, and its code is compiled to its last tier only after thousands of requests.
    private const int WarmUp = 20_000;
    private const int Rounds = 3_000;
    private const double OverheadMaxMs = 0.2;
    private const int Connections = 16;
    private const int RateRounds = 5;
    private const double RateMin = 2.5;
    private const string Groups = "SELECT k, count(*) AS n FROM few GROUP BY k ORDER BY k";
    private static readonly TimeSpan RateTime = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(Workspace workspace, Report report)
    {
        await using var server = await StartAsync(workspace, "again", null);
        using var database = DuckDbDatabase.OpenInMemory();
        using var connection = database.Connect();
        connection.Execute("SET parquet_metadata_cache = true");
        var files = Path.Combine(workspace.Folder, "again", "data", "objects", "datasets", "few", "*", "*.parquet");
        connection.Execute($"CREATE VIEW few AS FROM read_parquet('{files}')");
        foreach (var sql in (string[])["SELECT 42", Groups])
        {
            var (over, detail) = Measure(server, connection, sql);
            report.AtMost($"ms over DuckDB's prepared execution, {sql}", over, OverheadMaxMs, detail);
        }

        var earlier = Environment.GetEnvironmentVariable("LAKEHOUSE_BENCH_BEFORE");
        await using var before = earlier is null ? null : await StartAsync(workspace, "before", earlier);
        foreach (var sql in (string[])["SELECT 42", Groups])
        {
            var (now, then) = (new List<double>(), new List<double>());
            for (var round = 0; round < RateRounds; round++)
            {
                now.Add(Rate(server, sql));
                then.Add(before is null ? double.NaN : Rate(before, sql));
            }

            var detail = $"{Report.Median(now):0} requests a second from {Connections} connections, {RateRounds} runs";
            if (before is null)
            {
                Report.Note($"thousand requests a second, {sql}", Report.Median(now) / 1_000, detail);
            }
            else
            {
                var ratio = Report.Median(now) / Report.Median(then);
                report.AtLeast($"x the rate of the build before, {sql}", ratio, RateMin, $"{detail}; before {Report.Median(then):0}");
            }
        }
    }

    private static async Task<ServerProcess> StartAsync(Workspace workspace, string folder, string? program)
    {
        var server = await ServerProcess.StartAsync(program, Path.Combine(workspace.Folder, folder), ["--query.cache_bytes", "0"]);
        using var few = new StringContent("id,k\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n7,a\n8,b\n9,a\n10,b\n");
        (await server.Http.PostAsync("/v1/ingest?name=few", few)).EnsureSuccessStatusCode();
        return server;
    }

    private static (double OverMs, string Detail) Measure(ServerProcess server, DuckDbConnection connection, string sql)
    {
        using var client = new RawClient(server.Http.BaseAddress!, sql);
        using var statement = connection.Prepare(sql);
        var (http, own) = (new List<double>(), new List<double>());
        for (var round = 0; round < WarmUp + Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            using (var result = statement.Execute())
            {
                using var chunk = result.FetchChunk();
            }

            var ownTime = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            started = Stopwatch.GetTimestamp();
            client.Ask();
            var httpTime = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            if (round >= WarmUp)
            {
                own.Add(ownTime);
                http.Add(httpTime);
            }
        }

        var (ours, theirs) = (Report.Median(http), Report.Median(own));
        return (ours - theirs, $"over HTTP {ours:0.000} ms, DuckDB {theirs:0.000} ms, medians of {Rounds} after {WarmUp} to warm up");
    }

    private static double Rate(ServerProcess server, string sql)
    {
        var counts = new long[Connections];
        var watch = Stopwatch.StartNew();
        var threads = Enumerable.Range(0, Connections).Select(i => new Thread(() =>
        {
            using var client = new RawClient(server.Http.BaseAddress!, sql);
            while (watch.Elapsed < RateTime)
            {
                client.Ask();
                counts[i]++;
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Sends one request again and again over a socket, so that the client costs next to nothing.</summary>
    private sealed class RawClient : IDisposable
    {
        private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly byte[] _request;
        private readonly byte[] _answer = new byte[64 * 1024];

        public RawClient(Uri address, string sql)
        {
            var body = JsonSerializer.Serialize(new { sql });
            _request = Encoding.ASCII.GetBytes(
                $"POST /v1/sql HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            _socket.Connect(IPAddress.Loopback, address.Port);
        }

        public void Ask()
        {
            _socket.Send(_request);
            var count = 0;
            do
            {
                count += _socket.Receive(_answer.AsSpan(count));
            }
            while (!_answer.AsSpan(0, count).EndsWith("\r\n0\r\n\r\n"u8));

            if (!_answer.AsSpan().StartsWith("HTTP/1.1 200"u8))
            {
                throw new InvalidOperationException(Encoding.UTF8.GetString(_answer.AsSpan(0, count)));
            }
        }

        public void Dispose() => _socket.Dispose();
    }
}
