using Lakehouse.Core.Configuration;

namespace Lakehouse.Vector;

/// <summary>The settings of the table <c>[vector]</c>.</summary>
public sealed record VectorOptions
{
    /// <summary>False keeps indexes only in memory; they are lost when the process ends.</summary>
    public required bool Persist { get; init; }

    /// <summary>How many indexes there can be.</summary>
    public required int MaxIndexes { get; init; }

    /// <summary>The largest dimension of an index.</summary>
    public required int MaxDimension { get; init; }

    /// <summary>The most memory of all indexes together.</summary>
    public required long MemoryLimitBytes { get; init; }

    /// <summary>The most items of one add or delete, and the most ids of one get.</summary>
    public required int MaxBatchItems { get; init; }

    /// <summary>The largest body of a request.</summary>
    public required long MaxBodyBytes { get; init; }

    /// <summary>The longest id.</summary>
    public required int MaxIdBytes { get; init; }

    /// <summary>The most memory of one answer: its items with their vectors, metadata and texts.</summary>
    public required long MaxAnswerBytes { get; init; }

    /// <summary>The largest metadata of an item.</summary>
    public required int MaxMetadataBytes { get; init; }

    /// <summary>The longest text of an item, in bytes of UTF-8.</summary>
    public required int MaxTextBytes { get; init; }

    /// <summary>The most results of a search.</summary>
    public required int MaxK { get; init; }

    /// <summary>The largest beam width of a search or an insertion.</summary>
    public required int MaxEf { get; init; }

    /// <summary>How deep <c>and</c>, <c>or</c> and <c>not</c> of a filter can be nested.</summary>
    public required int MaxFilterDepth { get; init; }

    /// <summary>The most conditions and values of a filter.</summary>
    public required int MaxFilterTerms { get; init; }

    /// <summary>The most different terms of a search by keywords.</summary>
    public required int MaxQueryTerms { get; init; }

    /// <summary>The most searches of one call.</summary>
    public required int MaxQueries { get; init; }

    /// <summary>The largest page of a listing.</summary>
    public required int MaxListResults { get; init; }

    /// <summary>How many adds and deletes run at once.</summary>
    public required int MaxConcurrentAdds { get; init; }

    /// <summary>How many searches run at once.</summary>
    public required int MaxConcurrentSearches { get; init; }

    /// <summary>How many adds wait for a lease, and likewise how many searches.</summary>
    public required int MaxWaiting { get; init; }

    /// <summary>How long a call waits for a lease.</summary>
    public required TimeSpan MaxWait { get; init; }

    /// <summary>Threads that link the items of one batch.</summary>
    public required int BuildThreads { get; init; }

    /// <summary>How often this process looks for what other processes have changed in the bucket.</summary>
    public required TimeSpan RefreshEvery { get; init; }

    /// <summary>How long a search waits for a change that another process has made.</summary>
    public required TimeSpan MaxFollowWait { get; init; }

    /// <summary>How long after its last sign of life a process that writes indexes is taken for ended, so that another one may write them.</summary>
    public required TimeSpan LeaseTime { get; init; }

    /// <summary>How long the part of a log that a snapshot replaces is kept for the processes that follow it.</summary>
    public required TimeSpan KeepLog { get; init; }

    /// <summary>How often the indexes are maintained: slots of deleted items are freed, logs are compacted.</summary>
    public required TimeSpan MaintainEvery { get; init; }

    /// <summary>A log is compacted when it is larger than this plus a quarter of the index's snapshot.</summary>
    public required long CompactLogBytes { get; init; }

    /// <summary>A log with more batches than this is compacted.</summary>
    public required int CompactLogBatches { get; init; }

    /// <summary>When an index has not changed for this long, its log is compacted unless it is small compared with the snapshot.</summary>
    public required TimeSpan CompactIdle { get; init; }

    /// <summary>An index with up to this many items is scanned, as fast as a walk and without misses. Not a setting: tests lower it to force walks.</summary>
    internal int ScanCountMax { get; init; } = 256;

    /// <summary>The seed that chooses the layers of nodes; null for a random one. Not a setting: tests set it to make failures repeatable.</summary>
    internal int? GraphSeed { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static VectorOptions Read(SettingsReader settings)
    {
        foreach (var key in (string[])["log_bytes", "log_batches", "idle"])
        {
            settings.Rename("vector", "fold_" + key, "compact_" + key);
        }

        var memory = settings.Size("vector", "memory_limit", "0", "0", "16TiB");
        var threads = settings.Count("vector", "build_threads", 0, 0, 256);
        var searches = settings.Count("vector", "max_concurrent_searches", 0, 0, 4_096);
        return new VectorOptions
        {
            Persist = settings.Flag("vector", "persist", true),
            MaxIndexes = settings.Count("vector", "max_indexes", 1_000, 1, 100_000),
            MaxDimension = settings.Count("vector", "max_dimension", VectorIndexSpec.DimensionMax, 1, VectorIndexSpec.DimensionMax),
            MemoryLimitBytes = memory == 0 ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2 : memory,
            MaxBatchItems = settings.Count("vector", "max_batch_items", 10_000, 1, 1_000_000),
            MaxBodyBytes = settings.Size("vector", "max_body_bytes", "256MiB", "1KiB", "1GiB"),
            MaxAnswerBytes = settings.Size("vector", "max_answer_bytes", "64MiB", "1MiB", "16GiB"),
            MaxIdBytes = settings.Count("vector", "max_id_bytes", 512, 1, 65_535),
            MaxMetadataBytes = (int)settings.Size("vector", "max_metadata_bytes", "64KiB", "2", "1MiB"),
            MaxTextBytes = (int)settings.Size("vector", "max_text_bytes", "64KiB", "1", "16MiB"),
            MaxK = settings.Count("vector", "max_k", 10_000, 1, 1_000_000),
            MaxEf = settings.Count("vector", "max_ef", 10_000, 1, 1_000_000),
            MaxFilterDepth = settings.Count("vector", "max_filter_depth", 16, 1, 64),
            MaxFilterTerms = settings.Count("vector", "max_filter_terms", 10_000, 1, 1_000_000),
            MaxQueryTerms = settings.Count("vector", "max_query_terms", 1_024, 1, 100_000),
            MaxQueries = settings.Count("vector", "max_queries", 1_000, 1, 100_000),
            MaxListResults = settings.Count("vector", "max_list_results", 1_000, 1, 100_000),
            MaxConcurrentAdds = settings.Count("vector", "max_concurrent_adds", 8, 1, 1_024),
            MaxConcurrentSearches = searches == 0 ? 4 * Environment.ProcessorCount : searches,
            MaxWaiting = settings.Count("vector", "max_waiting", 512, 0, 65_536),
            MaxWait = settings.Time("vector", "max_wait", "30s", "0s", "1h"),
            BuildThreads = threads == 0 ? Environment.ProcessorCount : threads,
            RefreshEvery = settings.Time("vector", "refresh_every", "30s", "50ms", "1d"),
            MaxFollowWait = settings.Time("vector", "max_follow_wait", "10s", "0s", "1h"),
            LeaseTime = settings.Time("vector", "lease_time", "15s", "3s", "1h"),
            KeepLog = settings.Time("vector", "keep_log", "1m", "0s", "1d"),
            MaintainEvery = settings.Time("vector", "maintain_every", "1s", "10ms", "1d"),
            CompactLogBytes = settings.Size("vector", "compact_log_bytes", "16MiB", "0", "1TiB"),
            CompactLogBatches = settings.Count("vector", "compact_log_batches", 2_048, 0, 1_000_000),
            CompactIdle = settings.Time("vector", "compact_idle", "10s", "0s", "1d"),
        };
    }
}
