using System.Diagnostics;
using Lakehouse.DuckDb;

namespace Lakehouse.Bench.Sql;

/// <summary>All rows in each format over loopback, in turn; Parquet also by DuckDB's own COPY in this process.</summary>
internal static class FormatBench
{
    private const int Rounds = 5;
    private const double ArrowMin = 3;
    private const double ParquetMax = 1.2;

    public static async Task RunAsync(ServerProcess server, Workspace workspace, Report report)
    {
        string[] formats = ["json", "csv", "arrow", "parquet"];
        var buffer = new byte[1 << 20];
        var times = formats.ToDictionary(f => f, _ => new List<double>());
        var bytes = new Dictionary<string, long>();
        using var database = DuckDbDatabase.OpenInMemory();
        using var connection = database.Connect();
        var files = Path.Combine(workspace.Folder, "data", "objects", "datasets", "workers", "*", "*.parquet");
        var copies = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var format in formats)
            {
                var answer = await server.QueryAsync("SELECT * FROM workers", buffer, $"?format={format}");
                bytes[format] = answer.Bytes;
                if (round > 0)
                {
                    times[format].Add(answer.Whole.TotalSeconds);
                }
            }

            var copy = Copy(connection, files, Path.Combine(workspace.Folder, "copy.parquet"));
            if (round > 0)
            {
                copies.Add(copy);
            }
        }

        var (json, csv, arrow, parquet) = (Median("json"), Median("csv"), Median("arrow"), Median("parquet"));
        report.AtLeast("CSV's rows a second over JSON's", json / csv, 1, Detail("csv", csv));
        report.AtLeast("Arrow's rows a second over JSON's", json / arrow, ArrowMin, Detail("arrow", arrow));
        report.AtMost(
            "time for Parquet over that of DuckDB's COPY", parquet / Report.Median(copies), ParquetMax,
            $"{Detail("parquet", parquet)}, COPY {Report.Median(copies):0.00} s");

        double Median(string format) => Report.Median(times[format]);
        string Detail(string format, double seconds) => $"{seconds:0.00} s for {bytes[format] / 1e6:0} MB, JSON {json:0.00} s for {bytes["json"] / 1e6:0} MB";
    }

    private static double Copy(DuckDbConnection connection, string files, string path)
    {
        var started = Stopwatch.GetTimestamp();
        connection.Execute($"COPY (SELECT * FROM read_parquet({DuckDbSql.Literal(files)})) TO {DuckDbSql.Literal(path)} (FORMAT parquet)");
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
