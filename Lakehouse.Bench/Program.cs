using Lakehouse.Bench;
using Lakehouse.Bench.Sql;
using Lakehouse.Bench.Stores;
using Lakehouse.Bench.Vectors;

// Each bench prints one line for each figure: the measurements of both sides in this run, their ratio, and the limit of the ratio. Usage: Lakehouse.Bench
// [all|scan|ingest|files|json|formats|kept|again|control|latency|isolation|many|objects|access|audit|memory|publish|readers|embed|search|vectors|scale] [rows]
var what = args.Length > 0 ? args[0] : "all";
var rows = args.Length > 1 ? long.Parse(args[1]) : 500_000;
string[] parts =
[
    "all", "scan", "ingest", "files", "json", "formats", "kept", "again", "control", "latency", "isolation", "many", "objects", "access", "audit", "memory",
    "publish", "readers", "embed", "search", "vectors", "scale"
];
if (!parts.Contains(what))
{
    Console.Error.WriteLine($"There is no bench '{what}'.");
    return 2;
}

var report = new Report();
if (what is "all" or "embed")
{
    await EmbedBench.RunAsync(report);
}

if (what is "all" or "vectors")
{
    await VectorBench.RunAsync(report);
}

if (what is "all" or "scale")
{
    await VectorBench.ScaleAsync(report);
}

if (what is "embed" or "vectors" or "scale")
{
    return report.AllHeld ? 0 : 1;
}

using var workspace = new Workspace(rows);
if (what is "all" or "isolation")
{
    await IsolationBench.RunAsync(workspace, report);
}

if (what is "all" or "many")
{
    await ManyBench.RunAsync(workspace, report);
}

if (what is "all" or "access")
{
    await AccessBench.RunAsync(workspace, report);
}

if (what is "all" or "audit")
{
    await AuditBench.RunAsync(workspace, report);
}

if (what is "all" or "memory")
{
    await MemoryBench.RunAsync(workspace, report);
}

if (what is "all" or "publish")
{
    await PublishBench.RunAsync(workspace, report);
}

if (what is "all" or "readers")
{
    await ReaderBench.RunAsync(workspace, report);
}

if (what is "isolation" or "many" or "access" or "audit" or "memory" or "publish" or "readers")
{
    return report.AllHeld ? 0 : 1;
}

if (what is "all" or "scan")
{
    await ScanBench.RunAsync(workspace, report);
}

if (what is "scan")
{
    return report.AllHeld ? 0 : 1;
}

if (what is "all" or "kept")
{
    await CacheBench.RunAsync(workspace, report);
}

if (what is "all" or "again")
{
    await AgainBench.RunAsync(workspace, report);
}

if (what is "all" or "control")
{
    await ControlBench.RunAsync(workspace, report);
}

if (what is "kept" or "again" or "control")
{
    return report.AllHeld ? 0 : 1;
}

// Without kept answers, so that each query runs.
await using var server = await ServerProcess.StartAsync(workspace.Folder, "--query.cache_bytes", "0");
Console.WriteLine($"{Environment.ProcessorCount} processors, {workspace.CsvBytes / 1e6:0} MB of CSV, {rows:N0} rows; medians of interleaved runs");
if (what is "all" or "ingest")
{
    await IngestBench.RunAsync(server, workspace, report);
}

if (what is "all" or "files")
{
    await FileBench.RunAsync(server, workspace, report);
}

if (what is "all" or "json" or "formats" or "latency" or "objects")
{
    await server.IngestAsync("workers", workspace.CsvPath);
}

if (what is "all" or "json")
{
    await JsonBench.RunAsync(server, report);
}

if (what is "all" or "formats")
{
    await FormatBench.RunAsync(server, workspace, report);
}

if (what is "all" or "search")
{
    await SearchBench.RunAsync(server);
}

if (what is "all" or "latency")
{
    await LatencyBench.RunAsync(server, workspace, report);
}

if (what is "all" or "objects")
{
    await ObjectBench.RunAsync(server, workspace, report);
}

return report.AllHeld ? 0 : 1;
