using System.Diagnostics;
using Lakehouse.DuckDb;

namespace Lakehouse.Bench;

/// <summary>Ingests a CSV over HTTP to a dataset on the disk, against DuckDB's own COPY of the same file to a Parquet file.</summary>
internal static class IngestBench
{
    private const int Rounds = 5;
    private const double RatioMax = 1.3;
    private const double MemoryMaxMiB = 1_536;

    public static async Task RunAsync(ServerProcess server, Workspace workspace, Report report)
    {
        var (copies, bodies, forms) = (new List<double>(), new List<double>(), new List<double>());
        Copy(workspace);
        var cold = await TimeAsync(() => server.IngestAsync("cold", workspace.CsvPath));
        for (var round = 0; round < Rounds; round++)
        {
            copies.Add(Copy(workspace));
            bodies.Add(await TimeAsync(() => server.IngestAsync($"body{round}", workspace.CsvPath)));
            forms.Add(await TimeAsync(() => server.IngestAsync($"form{round}", workspace.CsvPath, asForm: true)));
        }

        var copy = Report.Median(copies);
        report.AtMost(
            "ingest / COPY",
            Report.Median(bodies) / copy,
            RatioMax,
            $"body {Report.Median(bodies):0.00} s, COPY {copy:0.00} s; the first ingest of the process took {cold:0.00} s");
        report.AtMost("ingest as a form / COPY", Report.Median(forms) / copy, RatioMax, $"form {Report.Median(forms):0.00} s, COPY {copy:0.00} s");
        report.AtMost("memory of the process at its highest, MiB", server.MemoryMiB("VmHWM"), MemoryMaxMiB, $"{(2 * Rounds) + 1} ingests, one after the other");
    }

    private static double Copy(Workspace workspace)
    {
        var target = Path.Combine(workspace.Folder, "copy.parquet");
        using var database = DuckDbDatabase.OpenInMemory();
        using var connection = database.Connect();
        var started = Stopwatch.GetTimestamp();
        connection.Execute($"COPY (FROM read_csv('{workspace.CsvPath}')) TO '{target}' (FORMAT parquet)");
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;

        // COPY leaves its file in the page cache, and an ingest flushes its files. Flush here, so that the next measurement does not wait for these pages.
        using var file = File.OpenHandle(target, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
        return elapsed;
    }

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        var started = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
