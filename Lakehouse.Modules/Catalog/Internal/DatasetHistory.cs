using System.Globalization;
using Lakehouse.Catalog.Schemas;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Storage;

namespace Lakehouse.Catalog.Internal;

/// <summary>Reads older manifests from the bucket. Manifests never change, so those that were read are kept, up to a bound.</summary>
internal sealed class DatasetHistory(ICatalog catalog, ManifestFiles files, IObjectStore store, IScratchSpace scratch, CatalogOptions options) : IDatasetHistory
{
    private readonly Dictionary<ObjectKey, Manifest> _read = [];
    private readonly Queue<ObjectKey> _order = new();
    private readonly Lock _gate = new();

    public async Task<Manifest> FindAsync(DatasetName name, long version, CancellationToken cancellationToken) =>
        await ReadAsync(name, version, cancellationToken) is { IsDropped: false } manifest
            ? manifest
            : throw await MissingAsync(name, string.Create(CultureInfo.InvariantCulture, $"no version {version}"), cancellationToken);

    public async Task<Manifest> FindAsync(DatasetName name, DateTimeOffset time, CancellationToken cancellationToken)
    {
        // The newest one is in memory, and most times are after it.
        if (catalog.Find(name) is { } newest && newest.UpdatedAt <= time)
        {
            return newest;
        }

        var versions = await ListVersionsAsync(name, cancellationToken);
        var (low, high) = (0, versions.Count);
        while (low < high)
        {
            // The first version after the time. One that cannot be read counts as after it.
            var middle = (low + high) / 2;
            var manifest = await ReadAsync(name, versions[middle].Version, cancellationToken);
            (low, high) = manifest is not null && manifest.UpdatedAt <= time ? (middle + 1, high) : (low, middle);
        }

        return low > 0 && await ReadAsync(name, versions[low - 1].Version, cancellationToken) is { IsDropped: false } found
            ? found
            : throw NotFound(name, $"no version of {time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'}");
    }

    public async Task<(IReadOnlyList<Manifest> Versions, bool IsTruncated)> ListAsync(
        DatasetName name, long? before, int countMax, CancellationToken cancellationToken)
    {
        var versions = await ListVersionsAsync(name, cancellationToken);
        if (versions.Count == 0)
        {
            throw CatalogErrors.NotFound(name.Value, catalog);
        }

        var wanted = versions.Where(v => before is null || v.Version < before).OrderByDescending(v => v.Version).ToList();
        var manifests = new List<Manifest>();
        foreach (var file in wanted.Take(countMax))
        {
            if (await ReadAsync(name, file.Version, cancellationToken) is { } manifest)
            {
                manifests.Add(manifest);
            }
        }

        return (manifests, wanted.Count > countMax);
    }

    public async Task<Manifest> RestoreAsync(DatasetName name, long version, CancellationToken cancellationToken)
    {
        var old = await FindAsync(name, version, cancellationToken);
        if (old.IsView)
        {
            return (await catalog.CommitViewAsync(name, old.Definition!, old.Columns, cancellationToken)).Manifest;
        }

        var current = catalog.Find(name);
        if (current is { IsDerived: true })
        {
            throw CatalogErrors.Derived(name.Value);
        }

        var own = old.Objects.Where(o => o.Sha256 is { } hash && DataFileKey.IsOf(o.Key, hash)).ToList();
        var plan = own.Count == 0 ? null : await catalog.PlanAsync(name, old.Columns, SchemaRule.Set, [.. own.Select(o => o.Sha256!)], cancellationToken);
        var keys = own.Zip(plan?.Keys ?? []).DistinctBy(pair => pair.First.Key).ToDictionary(pair => pair.First.Key, pair => pair.Second);
        foreach (var (from, to) in keys.Where(k => k.Key != k.Value && !IsNamed(name, k.Value)).DistinctBy(k => k.Value))
        {
            await CopyAsync(from, to, cancellationToken);
        }

        // The fingerprint is the version's own: one that a client has registered is not computed from the columns.
        var commit = new DatasetCommit(
            name,
            old.Fingerprint,
            old.Columns,
            [.. old.Objects.Select(o => new OfferedFile(keys.GetValueOrDefault(o.Key, o.Key), o.RowCount, o.Sha256, o.Columns))],
            old.RowCount,
            string.Create(CultureInfo.InvariantCulture, $"restore of version {version}"),
            Definition: current is null ? old.Definition : null,
            Schema: SchemaRule.Set,
            SortBy: old.SortBy ?? []);
        return (await catalog.CommitAsync(commit, cancellationToken)).Manifest;
    }

    private async Task<LakehouseException> MissingAsync(DatasetName name, string what, CancellationToken cancellationToken) =>
        (await ListVersionsAsync(name, cancellationToken)).Count == 0 ? CatalogErrors.NotFound(name.Value, catalog) : NotFound(name, what);

    private static LakehouseException NotFound(DatasetName name, string what) =>
        new(
            ErrorKind.NotFound,
            "version_not_found",
            $"The dataset '{name}' has {what}. GET /v1/catalog/history/{name} lists the versions that are kept (catalog.keep_versions, catalog.keep_for).");

    private bool IsNamed(DatasetName name, ObjectKey key) => catalog.Find(name) is { } newest && newest.Objects.Any(o => o.Key == key);

    /// <summary>Copies a data file to a new key, by way of this machine.</summary>
    private async Task CopyAsync(ObjectKey from, ObjectKey to, CancellationToken cancellationToken)
    {
        using var folder = scratch.Create();
        try
        {
            await CopyAsync(from, to, Path.Combine(folder.Path, "restored"), cancellationToken);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            throw FileSystemErrors.Translate(error);
        }
    }

    private async Task CopyAsync(ObjectKey from, ObjectKey to, string path, CancellationToken cancellationToken)
    {
        var content = await store.OpenAsync(from, cancellationToken)
            ?? throw new LakehouseException(
                ErrorKind.NotFound, "version_not_found", $"The data file '{from}' of the version is not in the bucket any more: it was collected just now.");
        await using (var source = content.Stream)
        {
            await using var target = File.Create(path);
            await source.CopyToAsync(target, cancellationToken);
        }

        await store.ImportAsync(to, path, cancellationToken);
    }

    private async Task<IReadOnlyList<VersionFile>> ListVersionsAsync(DatasetName name, CancellationToken cancellationToken) =>
        (await files.ListAsync(ManifestKey.PrefixOf(name), cancellationToken)).GetValueOrDefault(name) ?? [];

    private async Task<Manifest?> ReadAsync(DatasetName name, long version, CancellationToken cancellationToken)
    {
        if (catalog.Find(name) is { } newest && newest.Version == version)
        {
            return newest;
        }

        var key = ManifestKey.For(name, version);
        Manifest? known;
        lock (_gate)
        {
            _read.TryGetValue(key, out known);
        }

        if (known is not null)
        {
            // A collection may have removed it since, and its data files.
            return await store.FindAsync(key, cancellationToken) is null ? null : known;
        }

        var manifest = await files.TryReadAsync(name, version, cancellationToken);
        if (manifest is not null)
        {
            Keep(key, manifest);
        }

        return manifest;
    }

    private void Keep(ObjectKey key, Manifest manifest)
    {
        lock (_gate)
        {
            if (!_read.TryAdd(key, manifest))
            {
                return;
            }

            _order.Enqueue(key);
            while (_order.Count > options.MaxReadVersions)
            {
                _read.Remove(_order.Dequeue());
            }
        }
    }
}
