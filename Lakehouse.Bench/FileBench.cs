using System.Diagnostics;
using System.IO.Compression;
using Lakehouse.DuckDb;

namespace Lakehouse.Bench;

/// <summary>
/// Ingests files of other formats over HTTP, against DuckDB's own COPY of the same file to a Parquet file; Parquet, which is stored as it is, against a copy of
/// the file that is flushed to the disk.
/// </summary>
internal static class FileBench
{
    private const int Rounds = 5;
    private const double RatioMax = 1.3;

    public static async Task RunAsync(ServerProcess server, Workspace workspace, Report report)
    {
        var (json, packed, parquet) = (Path.Combine(workspace.Folder, "w.ndjson"), workspace.CsvPath + ".gz", Path.Combine(workspace.Folder, "w.parquet"));
        Execute($"COPY (FROM read_csv('{workspace.CsvPath}')) TO '{json}' (FORMAT json)");
        Execute($"COPY (FROM read_csv('{workspace.CsvPath}')) TO '{parquet}' (FORMAT parquet)");
        await PackAsync(workspace.CsvPath, packed);
        await CompareAsync(server, report, "NDJSON", json, () => Copy(workspace, $"read_json('{json}', format = 'newline_delimited')"));
        await CompareAsync(server, report, "CSV packed with gzip", packed, () => Copy(workspace, $"read_csv('{packed}')"));
        await CompareAsync(server, report, "Parquet, over a flushed copy of the file", parquet, () =>
        {
            var target = Path.Combine(workspace.Folder, "copied");
            File.Copy(parquet, target, overwrite: true);
            Flush(target);
        });
    }

    private static async Task CompareAsync(ServerProcess server, Report report, string what, string path, Action other)
    {
        var (ours, theirs) = (new List<double>(), new List<double>());
        other();
        await server.IngestAsync("files", path);
        for (var round = 0; round < Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            other();
            theirs.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            started = Stopwatch.GetTimestamp();
            await server.IngestAsync($"{Path.GetExtension(path)[1..]}{round}", path);
            ours.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        await server.DropAsync("files");
        var (one, two) = (Report.Median(ours), Report.Median(theirs));
        report.AtMost($"ingest of {what}", one / two, RatioMax, $"{one:0.00} s, {two:0.00} s; {new FileInfo(path).Length / 1e6:0} MB");
    }

    private static void Copy(Workspace workspace, string source)
    {
        var target = Path.Combine(workspace.Folder, "copy.parquet");
        Execute($"COPY (FROM {source}) TO '{target}' (FORMAT parquet)");
        Flush(target);
    }

    private static void Execute(string sql)
    {
        using var database = DuckDbDatabase.OpenInMemory();
        using var connection = database.Connect();
        connection.Execute(sql);
    }

    /// <summary>An ingest flushes its files, too.</summary>
    private static void Flush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    private static async Task PackAsync(string from, string to)
    {
        await using var source = File.OpenRead(from);
        await using var target = new GZipStream(File.Create(to), CompressionLevel.Optimal);
        await source.CopyToAsync(target);
    }
}
