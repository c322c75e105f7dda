using Lakehouse.Host.Sample;

namespace Lakehouse.Bench;

/// <summary>A temporary folder with the sample file.</summary>
internal sealed class Workspace : IDisposable
{
    public Workspace(long rows)
    {
        Folder = Directory.CreateTempSubdirectory("lakehouse-bench-").FullName;
        CsvPath = Path.Combine(Folder, "workers.csv");
        Rows = rows;
        using var file = File.Create(CsvPath);
        WorkersCsv.Write(file, rows);
        CsvBytes = file.Length;
    }

    public string Folder { get; }

    public string CsvPath { get; }

    public long CsvBytes { get; }

    public long Rows { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
