using Lakehouse.Core.Configuration;

namespace Lakehouse.Ingest;

/// <summary>The table <c>[ingest]</c>.</summary>
public sealed record IngestOptions
{
    // A segment takes about five times as long to convert as to scan, so that more threads would wait for those that convert.
    private const int ProcessorsOfScan = 5;
    private const int ScanThreadsMax = 16;

    /// <summary>The largest file.</summary>
    public required long MaxIngestBytes { get; init; }

    /// <summary>The largest file once it is unpacked.</summary>
    public required long MaxUnpackedBytes { get; init; }

    /// <summary>How much of a file, unpacked, a preview looks at.</summary>
    public required long PreviewBytes { get; init; }

    /// <summary>How many rows an ingest with <c>on_error=skip</c> leaves out unless it says another number.</summary>
    public required int MaxErrors { get; init; }

    /// <summary>How many ingests run at once; more wait.</summary>
    public required int MaxConcurrent { get; init; }

    /// <summary>How many jobs that have ended are known.</summary>
    public required int KeepJobs { get; init; }

    /// <summary>How many objects one request can name, or a prefix can have.</summary>
    public required int MaxObjects { get; init; }

    /// <summary>How many ingests wait; more are refused immediately.</summary>
    public required int MaxWaiting { get; init; }

    /// <summary>How long an ingest waits before it is refused.</summary>
    public required TimeSpan MaxWait { get; init; }

    /// <summary>How long a body may send nothing before its ingest is ended.</summary>
    public required TimeSpan BodyTimeout { get; init; }

    /// <summary>How many segments of one file are converted at once.</summary>
    public required int Threads { get; init; }

    /// <summary>How many threads scan the text of a CSV file.</summary>
    public required int ScanThreads { get; init; }

    /// <summary>A file is converted in segments of about this size, each to its own data file.</summary>
    public required long SegmentBytes { get; init; }

    /// <summary>The largest record, its line breaks included.</summary>
    public required int MaxRecordBytes { get; init; }

    /// <summary>Whether an ingest lets new columns and wider types into a dataset unless it says otherwise.</summary>
    public required bool Evolve { get; init; }

    /// <summary>The most columns.</summary>
    public required int MaxColumns { get; init; }

    /// <summary>Parquet's codec, <c>zstd</c> or <c>snappy</c>.</summary>
    public required string Compression { get; init; }

    /// <summary>The memory of the engine for each thread.</summary>
    public required long MemoryLimitBytes { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static IngestOptions Read(SettingsReader settings)
    {
        var scanThreads = settings.Count("ingest", "scan_threads", 0, 0, ScanThreadsMax);
        var threads = settings.Count("ingest", "threads", 0, 0, 256);
        return new IngestOptions
        {
            MaxIngestBytes = settings.Size("ingest", "max_ingest_bytes", "2GiB", "1", "1TiB"),
            MaxUnpackedBytes = settings.Size("ingest", "max_unpacked_bytes", "16GiB", "1", "16TiB"),
            PreviewBytes = settings.Size("ingest", "preview_bytes", "4MiB", "64KiB", "1GiB"),
            MaxErrors = settings.Count("ingest", "max_errors", 1_000, 0, 1_000_000),
            MaxConcurrent = settings.Count("ingest", "max_concurrent", 2, 1, 64),
            KeepJobs = settings.Count("ingest", "keep_jobs", 1_000, 0, 100_000),
            MaxObjects = settings.Count("ingest", "max_objects", 10_000, 1, 1_000_000),
            MaxWaiting = settings.Count("ingest", "max_waiting", 64, 0, 65_536),
            MaxWait = settings.Time("ingest", "max_wait", "30s", "0s", "1h"),
            BodyTimeout = settings.Time("ingest", "body_timeout", "30s", "100ms", "1d"),
            Threads = threads == 0 ? Math.Max(1, Environment.ProcessorCount) : threads,
            ScanThreads = scanThreads == 0 ? Math.Clamp(Environment.ProcessorCount / ProcessorsOfScan, 1, ScanThreadsMax) : scanThreads,
            SegmentBytes = settings.Size("ingest", "segment_bytes", "64MiB", "4KiB", "4GiB"),
            MaxRecordBytes = (int)settings.Size("ingest", "max_record_bytes", "8MiB", "4KiB", "64MiB"),
            Evolve = settings.Flag("ingest", "evolve", false),
            MaxColumns = settings.Count("ingest", "max_columns", 4_096, 1, 4_096),
            Compression = settings.Choice("ingest", "compression", "snappy", "snappy", "zstd"),
            MemoryLimitBytes = settings.Size("ingest", "memory_limit", "512MiB", "64MiB", "1TiB"),
        };
    }
}
