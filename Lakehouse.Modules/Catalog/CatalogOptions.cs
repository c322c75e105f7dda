using Lakehouse.Core.Configuration;

namespace Lakehouse.Catalog;

/// <summary>The table <c>[catalog]</c>.</summary>
public sealed record CatalogOptions
{
    /// <summary>How often the manifests of other processes are looked for.</summary>
    public required TimeSpan RefreshEvery { get; init; }

    /// <summary>The most data files that one dataset can have.</summary>
    public required int MaxObjects { get; init; }

    /// <summary>The most objects that the answer to a collection names.</summary>
    public required int MaxListResults { get; init; }

    /// <summary>How many manifests of older versions are kept in memory after they were read.</summary>
    public required int MaxReadVersions { get; init; }

    /// <summary>How many versions of a dataset are always kept.</summary>
    public required int KeepVersions { get; init; }

    /// <summary>How long a version is kept after a newer one has replaced it.</summary>
    public required TimeSpan KeepFor { get; init; }

    /// <summary>How many requests with a key a dataset remembers.</summary>
    public required int KeepRequests { get; init; }

    /// <summary>How often a collection runs; zero: only on request.</summary>
    public required TimeSpan GcEvery { get; init; }

    /// <summary>How long an object is not removed after it was written, and a version after a newer one has replaced it.</summary>
    public required TimeSpan GcGrace { get; init; }

    /// <summary>As what every dataset is published, and not only those that somebody has asked for: <c>iceberg</c>, or nothing.</summary>
    public required IReadOnlyList<string> Publish { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static CatalogOptions Read(SettingsReader settings)
    {
        var options = new CatalogOptions
        {
            RefreshEvery = settings.Time("catalog", "refresh_every", "30s", "100ms", "1d"),
            MaxObjects = settings.Count("catalog", "max_objects", 10_000, 1, 1_000_000),
            MaxListResults = settings.Count("catalog", "max_list_results", 1_000, 1, 100_000),
            MaxReadVersions = settings.Count("catalog", "max_read_versions", 1_000, 0, 1_000_000),
            KeepVersions = settings.Count("catalog", "keep_versions", 10, 1, 1_000_000),
            KeepFor = settings.Time("catalog", "keep_for", "30d", "0s", "36500d"),
            KeepRequests = settings.Count("catalog", "keep_requests", 64, 0, 1_024),
            GcEvery = settings.Time("catalog", "gc_every", "1d", "0s", "365d"),
            Publish = settings.List("catalog", "publish", "\"iceberg\"", f => f == "iceberg"),
            GcGrace = settings.Time("catalog", "gc_grace", "1d", "1s", "365d"),
        };
        if (options.GcGrace < options.RefreshEvery * 2)
        {
            settings.AddError(
                "[catalog] gc_grace is refused. It must be at least twice refresh_every, because other processes read a replaced version until they refresh.");
        }

        return options;
    }
}
