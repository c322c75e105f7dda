using System.Diagnostics;
using Lakehouse.DuckDb;

namespace Lakehouse.Bench.Sql;

/// <summary>Small queries over HTTP, alternating with the same queries through DuckDB's API in this process.</summary>
internal static class LatencyBench
{
    private const int WarmUp = 2_000;
    private const int Rounds = 3_000;
    private const double OverheadMaxMs = 0.5;

    public static async Task RunAsync(ServerProcess server, Workspace workspace, Report report)
    {
        using var database = DuckDbDatabase.OpenInMemory();
        using var connection = database.Connect();
        connection.Execute("SET parquet_metadata_cache = true");
        var files = Path.Combine(workspace.Folder, "data", "objects", "datasets", "workers", "*", "*.parquet");
        connection.Execute($"CREATE VIEW workers AS FROM read_parquet('{files}')");
        var (over, detail) = await MeasureAsync(server, connection, "SELECT 42");
        report.AtMost("ms over DuckDB's own time, SELECT 42", over, OverheadMaxMs, detail);

        // With data files, the time includes the sandbox's check of the path of every opened file.
        (over, detail) = await MeasureAsync(server, connection, "SELECT count(*) FROM workers");
        Report.Note("ms over DuckDB's own time, SELECT count(*) FROM workers", over, detail);
    }

    private static async Task<(double OverMs, string Detail)> MeasureAsync(ServerProcess server, DuckDbConnection connection, string sql)
    {
        var buffer = new byte[64 * 1024];
        var (http, own) = (new List<double>(), new List<double>());
        for (var round = 0; round < WarmUp + Rounds; round++)
        {
            var ownTime = Own(connection, sql);
            var httpTime = (await server.QueryAsync(sql, buffer)).Whole.TotalMilliseconds;
            if (round >= WarmUp)
            {
                own.Add(ownTime);
                http.Add(httpTime);
            }
        }

        var (ours, theirs) = (Report.Median(http), Report.Median(own));
        return (ours - theirs, $"over HTTP {ours:0.000} ms, DuckDB {theirs:0.000} ms, medians of {Rounds}");
    }

    private static double Own(DuckDbConnection connection, string sql)
    {
        var started = Stopwatch.GetTimestamp();
        using var statement = connection.Prepare(sql);
        using var result = statement.Execute();
        using var chunk = result.FetchChunk();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
