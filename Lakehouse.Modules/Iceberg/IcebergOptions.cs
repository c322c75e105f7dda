using Lakehouse.Core.Configuration;
using Lakehouse.Core.Names;

namespace Lakehouse.Iceberg;

/// <summary>The table <c>[iceberg]</c>.</summary>
public sealed record IcebergOptions
{
    /// <summary>The namespace of all tables in the REST catalog.</summary>
    public required string Namespace { get; init; }

    /// <summary>How many snapshots of a table are always kept.</summary>
    public required int KeepSnapshots { get; init; }

    /// <summary>How long a snapshot is kept after a newer one has replaced it.</summary>
    public required TimeSpan KeepFor { get; init; }

    /// <summary>The most snapshots that a table keeps, whatever their age.</summary>
    public required int MaxSnapshots { get; init; }

    /// <summary>How many earlier metadata files a table keeps.</summary>
    public required int KeepMetadata { get; init; }

    /// <summary>Manifests of a table are merged into one when there are so many.</summary>
    public required int MergeManifests { get; init; }

    /// <summary>The most bytes of an unpacked manifest, and of a metadata file, that are read.</summary>
    public required long MaxManifestBytes { get; init; }

    /// <summary>The largest footer of a data file that is read.</summary>
    public required long MaxFooterBytes { get; init; }

    /// <summary>The largest request by which another engine commits.</summary>
    public required long MaxCommitBytes { get; init; }

    /// <summary>The most data files that a commit of another engine adds.</summary>
    public required int MaxCommitFiles { get; init; }

    /// <summary>How often objects that no table needs any more are looked for.</summary>
    public required TimeSpan CollectEvery { get; init; }

    /// <summary>How long an object that no table needs is not removed after it was written.</summary>
    public required TimeSpan CollectGrace { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static IcebergOptions Read(SettingsReader settings) => new()
    {
        Namespace = settings.Text("iceberg", "namespace", "lake", "1 to 128 ASCII letters, digits, '_', '-' and '.'", n => PlainName.FindError(n) is null),
        KeepSnapshots = settings.Count("iceberg", "keep_snapshots", 10, 1, 10_000),
        KeepFor = settings.Time("iceberg", "keep_for", "5d", "0s", "36500d"),
        MaxSnapshots = settings.Count("iceberg", "max_snapshots", 200, 1, 10_000),
        KeepMetadata = settings.Count("iceberg", "keep_metadata", 20, 0, 10_000),
        MergeManifests = settings.Count("iceberg", "merge_manifests", 100, 2, 10_000),
        MaxManifestBytes = settings.Size("iceberg", "max_manifest_bytes", "256MiB", "64KiB", "2047MiB"),
        MaxFooterBytes = settings.Size("iceberg", "max_footer_bytes", "64MiB", "64KiB", "1GiB"),
        MaxCommitBytes = settings.Size("iceberg", "max_commit_bytes", "4MiB", "64KiB", "256MiB"),
        MaxCommitFiles = settings.Count("iceberg", "max_commit_files", 10_000, 1, 1_000_000),
        CollectEvery = settings.Time("iceberg", "collect_every", "1h", "100ms", "365d"),
        CollectGrace = settings.Time("iceberg", "collect_grace", "1d", "0s", "365d"),
    };
}
