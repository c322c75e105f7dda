using System.Collections.Concurrent;
using System.Globalization;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Lakehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Catalog.Internal;

/// <summary>
/// Manifests in the bucket, the newest of each dataset in memory. The put-if-absent of a version's file is the commit; whoever loses the
/// race reads the winner and tries the next version. In this process a lock for each name keeps racers from encoding in vain.
/// </summary>
internal sealed partial class ManifestCatalog(IObjectStore store, IManifestCodec codec, CatalogOptions options, TimeProvider time, IJournal journal, ILogger<ManifestCatalog> logger)
    : ICatalog, IDisposable
{
    private const int ListingPage = 10_000;

    private readonly ConcurrentDictionary<string, Manifest> _newest = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _commits = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<ObjectKey, byte> _damaged = new();
    private readonly SemaphoreSlim _refresh = new(1);

    public Manifest? Find(DatasetName name) => _newest.TryGetValue(name.Value, out var manifest) && manifest.Name == name ? manifest : null;

    public Manifest? FindIgnoringCase(string name) => _newest.GetValueOrDefault(name);

    public IReadOnlyList<Manifest> List() => [.. _newest.Values.OrderBy(m => m.Name.Value, StringComparer.Ordinal)];

    public async Task<CommitResult> CommitAsync(DatasetCommit commit, CancellationToken cancellationToken)
    {
        RequireBounds(commit);
        var turn = _commits.GetOrAdd(commit.Name.Value, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                RequireSchema(commit.Name, commit.SchemaFingerprint, commit.Columns);
                var current = Find(commit.Name);
                if (current is not null && SaysTheSame(current, commit))
                {
                    return new CommitResult(current, IsUnchanged: true);
                }

                var objects = await CompleteAsync(commit.Objects, cancellationToken);
                var manifest = Next(commit, objects, current);
                var content = await codec.EncodeAsync(manifest, cancellationToken);
                if (await store.PutIfAbsentAsync(ManifestKey.For(manifest.Name, manifest.Version), content, cancellationToken) is not null)
                {
                    Remember(manifest);
                    LogCommitted(manifest.Name.Value, manifest.Version, manifest.RowCount);
                    return new CommitResult(manifest, IsUnchanged: false);
                }

                await RefreshAsync(ManifestKey.Prefix + commit.Name + "/", cancellationToken);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    public void RequireSchema(DatasetName name, string schemaFingerprint, IReadOnlyList<DatasetColumn> columns)
    {
        var current = FindIgnoringCase(name.Value);
        if (current is null)
        {
            return;
        }

        if (current.Name != name)
        {
            throw new LakehouseException(
                ErrorKind.Conflict, "name_conflict", $"The dataset '{current.Name}' exists, and SQL does not tell '{name}' from it. Use its name as it is, or another one.");
        }

        if (current.SchemaFingerprint != schemaFingerprint)
        {
            throw SchemaConflict(current, columns, schemaFingerprint);
        }
    }

    public Task RefreshAsync(CancellationToken cancellationToken) => RefreshAsync(ManifestKey.Prefix, cancellationToken);

    public void Dispose()
    {
        _refresh.Dispose();
        foreach (var turn in _commits.Values)
        {
            turn.Dispose();
        }
    }

    private void RequireBounds(DatasetCommit commit)
    {
        if (commit.SchemaFingerprint.Length is 0 or > SchemaFingerprint.LengthMax)
        {
            throw new LakehouseException(
                ErrorKind.InvalidInput, "invalid_fingerprint", $"The schema fingerprint has {commit.SchemaFingerprint.Length} characters; it needs 1 to {SchemaFingerprint.LengthMax}.");
        }

        if (commit.Objects.Count > options.MaxObjects)
        {
            throw new LakehouseException(
                ErrorKind.InvalidInput, "too_many_objects", $"The dataset names {commit.Objects.Count} data files, at most {options.MaxObjects} are allowed (catalog.max_objects).");
        }
    }

    private static bool SaysTheSame(Manifest current, DatasetCommit commit) =>
        current.RowCount == commit.RowCount && current.Objects.Select(o => o.Key).SequenceEqual(commit.Objects.Select(o => o.Key));

    private static LakehouseException SchemaConflict(Manifest current, IReadOnlyList<DatasetColumn> columns, string fingerprint)
    {
        var differences = current.Columns.Count == 0 || columns.Count == 0 ? [] : SchemaDifference.Find(current.Columns, columns);
        if (differences.Count == 0)
        {
            return new LakehouseException(
                ErrorKind.Conflict,
                "schema_conflict",
                $"The dataset '{current.Name}' has the schema {current.SchemaFingerprint}, not {fingerprint}. It is unchanged; use another name for the new schema.");
        }

        return new LakehouseException(
            ErrorKind.Conflict,
            "schema_conflict",
            $"The dataset '{current.Name}' has another schema: {SchemaDifference.Describe(differences)}. It is unchanged; mend the file, or use another name.")
        {
            Details = new Dictionary<string, object?> { ["columns"] = differences },
        };
    }

    /// <summary>The version after the newest one that anyone wrote, readable or not.</summary>
    private Manifest Next(DatasetCommit commit, IReadOnlyList<DataFile> objects, Manifest? current)
    {
        var version = current?.Version ?? 0;
        foreach (var damaged in _damaged.Keys)
        {
            if (ManifestKey.TryParse(damaged, out var name, out var taken) && name == commit.Name)
            {
                version = Math.Max(version, taken);
            }
        }

        // Parquet keeps microseconds; a time that is read back must equal the one that was written.
        var now = time.GetUtcNow();
        now = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        return new Manifest(
            DatasetId.For(commit.Name), commit.Name, version + 1, commit.SchemaFingerprint, commit.Columns, objects, commit.RowCount, current?.CreatedAt ?? now, now);
    }

    /// <summary>Proves that every data file is in the bucket, and notes its size: a manifest never names a missing object.</summary>
    private async Task<IReadOnlyList<DataFile>> CompleteAsync(IReadOnlyList<DataFile> objects, CancellationToken cancellationToken)
    {
        var complete = new DataFile[objects.Count];
        for (var i = 0; i < complete.Length; i++)
        {
            var found = await store.FindAsync(objects[i].Key, cancellationToken)
                ?? throw new LakehouseException(
                    ErrorKind.InvalidInput, "object_not_found", $"There is no object '{objects[i].Key}' (objects[{i}]). Store it first, then register it.");
            complete[i] = objects[i] with { SizeBytes = found.SizeBytes };
        }

        return complete;
    }

    private async Task RefreshAsync(string prefix, CancellationToken cancellationToken)
    {
        await _refresh.WaitAsync(cancellationToken);
        try
        {
            var versions = await ListVersionsAsync(prefix, cancellationToken);
            foreach (var (name, ofName) in versions)
            {
                var known = Find(name)?.Version ?? 0;
                foreach (var version in ofName.Where(v => v > known).OrderDescending())
                {
                    if (await TryReadAsync(name, version, cancellationToken) is { } manifest)
                    {
                        Remember(manifest);
                        break;
                    }
                }
            }
        }
        finally
        {
            _refresh.Release();
        }
    }

    /// <summary>Never goes back: a commit of this process and a refresh that has seen a later one may end in either order.</summary>
    private void Remember(Manifest manifest) => _newest.AddOrUpdate(
        manifest.Name.Value, manifest, (_, other) => other.Version > manifest.Version && other.Name == manifest.Name ? other : manifest);

    private async Task<Dictionary<DatasetName, List<long>>> ListVersionsAsync(string prefix, CancellationToken cancellationToken)
    {
        var versions = new Dictionary<DatasetName, List<long>>();
        var startAfter = string.Empty;
        while (true)
        {
            var page = await store.ListAsync(prefix, startAfter, ListingPage, cancellationToken);
            foreach (var found in page.Objects)
            {
                if (ManifestKey.TryParse(found.Key, out var name, out var version))
                {
                    (System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(versions, name, out _) ??= []).Add(version);
                }
                else if (_damaged.TryAdd(found.Key, 0))
                {
                    LogForeign(found.Key.Value);
                }
            }

            if (!page.IsTruncated)
            {
                return versions;
            }

            startAfter = page.Objects[^1].Key.Value;
        }
    }

    private async Task<Manifest?> TryReadAsync(DatasetName name, long version, CancellationToken cancellationToken)
    {
        var key = ManifestKey.For(name, version);
        if (_damaged.ContainsKey(key))
        {
            return null;
        }

        try
        {
            using var file = await store.LocalizeAsync(key, null, cancellationToken);
            var manifest = file is null ? null : await codec.DecodeAsync(file.Path, cancellationToken);
            if (manifest is not null && (manifest.Name != name || manifest.Version != version))
            {
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"the file says it is version {manifest.Version} of '{manifest.Name}'"));
            }

            return manifest;
        }
        catch (InvalidDataException fault)
        {
            _damaged.TryAdd(key, 0);
            LogDamaged(fault, key.Value);
            journal.Record("manifest_refused", key.Value, $"The manifest cannot be read ({fault.Message}); an older version of the dataset is used where there is one.");
            return null;
        }
    }

    [LoggerMessage(EventId = 2003, Level = LogLevel.Information, Message = "Committed version {Version} of dataset {Dataset} with {Rows} rows")]
    private partial void LogCommitted(string dataset, long version, long rows);

    [LoggerMessage(EventId = 2004, Level = LogLevel.Error, Message = "The manifest {Key} cannot be read and is skipped; an older version of the dataset is used where there is one")]
    private partial void LogDamaged(Exception fault, string key);

    [LoggerMessage(EventId = 2005, Level = LogLevel.Warning, Message = "The object {Key} is no manifest and is skipped")]
    private partial void LogForeign(string key);
}
