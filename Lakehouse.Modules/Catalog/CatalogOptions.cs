using Lakehouse.Core.Configuration;

namespace Lakehouse.Catalog;

/// <summary>The table <c>[catalog]</c>.</summary>
public sealed record CatalogOptions
{
    /// <summary>How often the manifests of other processes are looked for.</summary>
    public required TimeSpan RefreshEvery { get; init; }

    /// <summary>The most data files of one dataset that can be registered.</summary>
    public required int MaxObjects { get; init; }

    /// <summary>Reads the options; faults are collected in <paramref name="settings"/>.</summary>
    public static CatalogOptions Read(SettingsReader settings) => new()
    {
        RefreshEvery = settings.Time("catalog", "refresh_every", "30s", "100ms", "1d"),
        MaxObjects = settings.Count("catalog", "max_objects", 10_000, 1, 1_000_000),
    };
}
