using Lakehouse.Core.Configuration;

namespace Lakehouse.Storage;

/// <summary>The tables <c>[storage]</c> and <c>[storage.buckets.primary]</c>.</summary>
public sealed record StorageOptions
{
    /// <summary>Where everything is kept, absolute.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The largest object that <c>/v1/storage/put</c> takes.</summary>
    public required long MaxPutBytes { get; init; }

    /// <summary>How many puts run at once; the next one is refused at once.</summary>
    public required int MaxConcurrentPuts { get; init; }

    /// <summary>The largest page of a listing.</summary>
    public required int MaxListResults { get; init; }

    /// <summary>Reads the options; faults are collected in <paramref name="settings"/>.</summary>
    public static StorageOptions Read(SettingsReader settings)
    {
        var options = new StorageOptions
        {
            DataDirectory = Path.GetFullPath(settings.Text("storage", "data_dir", "./data", "a folder whose path holds none of * ? [ ]", text => text.Length > 0 && text.AsSpan().IndexOfAny("*?[]\0") < 0)),
            MaxPutBytes = settings.Size("storage", "max_put_bytes", "256MiB", "1", "5GiB"),
            MaxConcurrentPuts = settings.Count("storage", "max_concurrent_puts", 4, 1, 1_024),
            MaxListResults = settings.Count("storage", "max_list_results", 10_000, 1, 10_000),
        };
        settings.Choice("storage.buckets.primary", "kind", "file", "file");
        return options;
    }
}
