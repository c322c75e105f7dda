using System.Collections.Concurrent;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Catalog.Internal;

/// <summary>
/// The catalog over manifests in the bucket; the newest manifest of each dataset is in memory. A put-if-absent of the manifest is the commit. A writer that
/// loses the race reads the winner's manifest and tries the next version. Within this process, a lock per name avoids encoding manifests that would lose.
/// </summary>
internal sealed partial class ManifestCatalog(
    IObjectStore store, ManifestFiles files, CatalogOptions options, TimeProvider time, ILogger<ManifestCatalog> logger) : ICatalog, IDisposable
{
    // _newest: the newest version by exact name, including dropped datasets, for the number of the next version. _datasets: the existing datasets by the name
    // that SQL uses.
    private readonly Dictionary<DatasetName, Manifest> _newest = [];
    private readonly ConcurrentDictionary<string, Manifest> _datasets = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _memory = new();

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _commits = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _refresh = new(1);

    public Manifest? Find(DatasetName name) => _datasets.TryGetValue(name.Value, out var manifest) && manifest.Name == name ? manifest : null;

    public Manifest? FindIgnoringCase(string name) => _datasets.GetValueOrDefault(name);

    public IReadOnlyList<Manifest> List() => [.. _datasets.Values.OrderBy(m => m.Name.Value, StringComparer.Ordinal)];

    public async Task<CommitResult> CommitAsync(DatasetCommit commit, CancellationToken cancellationToken)
    {
        RequireBounds(commit);
        Manifest? same = null;
        var result = await CommitNextAsync(
            commit.Name,
            async newest =>
            {
                RequireSchema(commit.Name, commit.Fingerprint, commit.Columns);
                same = SaysTheSame(newest, commit) ? newest : null;
                return same is not null ? null : Next(commit, await CompleteAsync(commit.Objects, cancellationToken), newest);
            },
            cancellationToken);
        if (result is null)
        {
            return new CommitResult(same!, IsUnchanged: true);
        }

        LogCommitted(result.Name.Value, result.Version, result.RowCount);
        return new CommitResult(result, IsUnchanged: false);
    }

    public async Task<Manifest> DropAsync(DatasetName name, CancellationToken cancellationToken)
    {
        var dropped = await CommitNextAsync(
            name,
            newest => newest is null or { IsDropped: true }
                ? throw CatalogErrors.NotFound(name.Value)
                : Task.FromResult<Manifest?>(
                    newest with { Version = NextVersion(name, newest), Objects = [], RowCount = 0, UpdatedAt = Now(), IsDropped = true, MadeBy = "drop" }),
            cancellationToken);
        LogDropped(name.Value, dropped!.Version);
        return dropped;
    }

    public async Task<CommitPlan> PlanAsync(
        DatasetName name, IReadOnlyList<DatasetColumn> columns, IReadOnlyList<string> hashes, CancellationToken cancellationToken)
    {
        var fingerprint = SchemaFingerprint.Compute(columns.Select(c => (c.Name, c.Type)));
        RequireSchema(name, fingerprint, columns);

        // A stored file is used again only when the newest version names it: a file of an older version may be collected before the commit. So the newest
        // version is read again before its keys are used.
        if (hashes.Any(h => FindKey(h) is not null))
        {
            await RefreshAsync(name, cancellationToken);
        }

        var keys = new Dictionary<string, ObjectKey>(StringComparer.Ordinal);
        foreach (var hash in hashes)
        {
            keys.TryAdd(hash, FindKey(hash) ?? DataFileKey.New(name, fingerprint, hash));
        }

        return new CommitPlan(fingerprint, [.. hashes.Select(h => keys[h])]);

        ObjectKey? FindKey(string hash) => Find(name) is { } newest ? DataFileKey.Find(newest.Objects, hash) : null;
    }

    private void RequireSchema(DatasetName name, SchemaFingerprint fingerprint, IReadOnlyList<DatasetColumn> columns)
    {
        var current = FindIgnoringCase(name.Value);
        if (current is null)
        {
            return;
        }

        if (current.Name != name)
        {
            throw new LakehouseException(
                ErrorKind.Conflict, "name_conflict", $"The dataset '{current.Name}' exists, and SQL does not tell '{name}' from it. Use its name as it is, "
                    + "or another one.");
        }

        if (current.Fingerprint != fingerprint)
        {
            throw SchemaConflict(current, columns, fingerprint);
        }
    }

    public Task RefreshAsync(CancellationToken cancellationToken) => RefreshAsync(ManifestKey.Prefix, cancellationToken);

    public Task RefreshAsync(DatasetName name, CancellationToken cancellationToken) => RefreshAsync(ManifestKey.PrefixOf(name), cancellationToken);

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
        if (commit.Objects.Count > options.MaxObjects)
        {
            throw new LakehouseException(
                ErrorKind.InvalidInput, "too_many_objects", $"The dataset names {commit.Objects.Count} data files, at most {options.MaxObjects} are allowed "
                    + "(catalog.max_objects).");
        }
    }

    /// <summary>
    /// Commits the manifest that <paramref name="next"/> makes from the newest version. Calls it again whenever another writer was faster. It returns null when
    /// there is nothing to commit.
    /// </summary>
    private async Task<Manifest?> CommitNextAsync(DatasetName name, Func<Manifest?, Task<Manifest?>> next, CancellationToken cancellationToken)
    {
        var turn = _commits.GetOrAdd(name.Value, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                var newest = FindNewest(name);
                var manifest = await next(newest);
                if (manifest is not null && await files.TryAddAsync(manifest, cancellationToken))
                {
                    Remember(manifest);
                    return manifest;
                }

                // Either another writer was faster, or there is nothing to commit. The latter is true only if the known version is still the newest one.
                await RefreshAsync(name, cancellationToken);
                if (manifest is null && FindNewest(name) == newest)
                {
                    return null;
                }
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private Manifest? FindNewest(DatasetName name)
    {
        lock (_memory)
        {
            return _newest.GetValueOrDefault(name);
        }
    }

    private static bool SaysTheSame(Manifest? newest, DatasetCommit commit) =>
        newest is { IsDropped: false } current && current.RowCount == commit.RowCount && current.Objects.Count == commit.Objects.Count
            && current.Objects.Zip(commit.Objects).All(pair => DataFileKey.IsSame(pair.First, pair.Second));

    private static LakehouseException SchemaConflict(Manifest current, IReadOnlyList<DatasetColumn> columns, SchemaFingerprint fingerprint)
    {
        var differences = current.Columns.Count == 0 || columns.Count == 0 ? [] : SchemaDifference.Find(current.Columns, columns);
        if (differences.Count == 0)
        {
            return new LakehouseException(
                ErrorKind.Conflict,
                "schema_conflict",
                $"The dataset '{current.Name}' has the schema {current.Fingerprint}, not {fingerprint}. It is unchanged; use another name for the new "
                + "schema.");
        }

        return new LakehouseException(
            ErrorKind.Conflict,
            "schema_conflict",
            $"The dataset '{current.Name}' has another schema: {SchemaDifference.Describe(differences)}. It is unchanged; fix the file, or use another name.")
        {
            Details = new Dictionary<string, object?> { ["columns"] = differences },
        };
    }

    private Manifest Next(DatasetCommit commit, IReadOnlyList<DataFile> objects, Manifest? newest)
    {
        var now = Now();
        var createdAt = newest is { IsDropped: false } ? newest.CreatedAt : now;
        return new Manifest(
            DatasetId.For(commit.Name), commit.Name, NextVersion(commit.Name, newest), commit.Fingerprint, commit.Columns, objects, commit.RowCount,
            createdAt, now, MadeBy: commit.MadeBy);
    }

    /// <summary>The number after the newest version in the bucket, readable or not.</summary>
    private long NextVersion(DatasetName name, Manifest? newest) => Math.Max(newest?.Version ?? 0, files.FindLastDamaged(name)) + 1;

    /// <summary>The time in whole microseconds, as Parquet stores it, so that a time that is read back equals the one that was written.</summary>
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }

    /// <summary>Checks that every data file is in the bucket and adds its size: a manifest must never name a missing object.</summary>
    private async Task<IReadOnlyList<DataFile>> CompleteAsync(IReadOnlyList<OfferedFile> objects, CancellationToken cancellationToken)
    {
        var complete = new DataFile[objects.Count];
        for (var i = 0; i < complete.Length; i++)
        {
            var found = await store.FindAsync(objects[i].Key, cancellationToken)
                ?? throw new LakehouseException(
                    ErrorKind.InvalidInput, "object_not_found", $"There is no object '{objects[i].Key}' (objects[{i}]). Store it first, then register it.");
            complete[i] = new DataFile(objects[i].Key, found.SizeBytes, objects[i].RowCount, objects[i].Sha256);
        }

        return complete;
    }

    private async Task RefreshAsync(string prefix, CancellationToken cancellationToken)
    {
        await _refresh.WaitAsync(cancellationToken);
        try
        {
            foreach (var (name, versions) in await files.ListAsync(prefix, cancellationToken))
            {
                var known = FindNewest(name)?.Version ?? 0;
                foreach (var file in versions.Where(v => v.Version > known).OrderByDescending(v => v.Version))
                {
                    if (await files.TryReadAsync(name, file.Version, cancellationToken) is { } manifest)
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

    /// <summary>
    /// Keeps a manifest in memory unless a newer one is known: a commit of this process and a refresh that has read a later version can end in either order.
    /// </summary>
    private void Remember(Manifest manifest)
    {
        lock (_memory)
        {
            if (_newest.TryGetValue(manifest.Name, out var known) && known.Version > manifest.Version)
            {
                return;
            }

            _newest[manifest.Name] = manifest;
            if (!manifest.IsDropped)
            {
                _datasets[manifest.Name.Value] = manifest;
            }
            else if (Find(manifest.Name) is not null)
            {
                _datasets.TryRemove(manifest.Name.Value, out _);
            }
        }
    }

    [LoggerMessage(EventId = 2003, Level = LogLevel.Information, Message = "Committed version {Version} of dataset {Dataset} with {Rows} rows")]
    private partial void LogCommitted(string dataset, long version, long rows);

    [LoggerMessage(EventId = 2006, Level = LogLevel.Information, Message = "Dropped dataset {Dataset} with version {Version}")]
    private partial void LogDropped(string dataset, long version);
}
