using Lakehouse.Core.Configuration;

namespace Lakehouse.Storage;

/// <summary>The tables <c>[lake]</c>, <c>[storage]</c>, <c>[storage.buckets.NAME]</c> and <c>[journal]</c>.</summary>
public sealed record StorageOptions
{
    /// <summary>Where everything is kept, absolute.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The largest object that <c>/v1/storage/put</c> takes.</summary>
    public required long MaxPutBytes { get; init; }

    /// <summary>How many puts run at once; more are refused immediately.</summary>
    public required int MaxConcurrentPuts { get; init; }

    /// <summary>The largest page of a listing.</summary>
    public required int MaxListResults { get; init; }

    /// <summary>The most bytes of the local copies of one bucket's objects.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>The most journal entries that wait to be written; more are dropped.</summary>
    public required int JournalMaxPending { get; init; }

    /// <summary>How often the journal is written.</summary>
    public required TimeSpan JournalFlushEvery { get; init; }

    /// <summary>The most objects of the journal; the oldest go.</summary>
    public required int JournalMaxObjects { get; init; }

    /// <summary>What this process is to the lake.</summary>
    public required LakeOptions Lake { get; init; }

    /// <summary>The buckets, the primary one first.</summary>
    public required IReadOnlyList<BucketOptions> Buckets { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static StorageOptions Read(SettingsReader settings)
    {
        var dataDirectory = Path.GetFullPath(
            settings.Text(
                "storage",
                "data_dir",
                "./data",
                "a folder whose path holds none of * ? [ ]",
                text => text.Length > 0 && text.AsSpan().IndexOfAny("*?[]\0") < 0));
        return new StorageOptions
        {
            Lake = LakeOptions.Read(settings),
            DataDirectory = dataDirectory,
            MaxPutBytes = settings.Size("storage", "max_put_bytes", "256MiB", "1", "5GiB"),
            MaxConcurrentPuts = settings.Count("storage", "max_concurrent_puts", 4, 1, 1_024),
            MaxListResults = settings.Count("storage", "max_list_results", 10_000, 1, 10_000),
            CacheBytes = settings.Size("storage", "cache_bytes", "16GiB", "0", "1024TiB"),
            JournalMaxPending = settings.Count("journal", "max_pending", 1_000, 1, 1_000_000),
            JournalFlushEvery = settings.Time("journal", "flush_every", "1s", "10ms", "1h"),
            JournalMaxObjects = settings.Count("journal", "max_objects", 1_000, 1, 1_000_000),
            Buckets = Internal.BucketSettings.Read(settings, dataDirectory),
        };
    }
}
