using System.Collections.Concurrent;
using Lakehouse.Catalog.Schemas;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Core.Observation;
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
    // _newest: the newest version by exact name, including what was dropped, for the number of the next version. _existing: the datasets and views there are,
    // by the name that SQL uses; _derived: those of them that are made of others; _listing: all of them in order, null once one has changed.
    private readonly Dictionary<DatasetName, KnownVersion> _newest = [];
    private readonly ConcurrentDictionary<string, Manifest> _existing = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Manifest> _derived = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _memory = new();
    private Listing? _listing;

    // At a start there is one to read for each dataset, and a store may be far away.
    private const int ReadsAtOnce = 16;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _commits = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _refresh = new(1);

    public event EventHandler? Changed;

    public Manifest? Find(DatasetName name) => FindIgnoringCase(name.Value) is { } manifest && manifest.Name == name ? manifest : null;

    public Manifest? FindIgnoringCase(string name) => _existing.GetValueOrDefault(name) is { IsView: false } dataset ? dataset : null;

    public IReadOnlyList<Manifest> List() => Listed().Datasets;

    public IReadOnlyList<Manifest> ListOfProgram() => Listed().OfProgram;

    public Manifest? FindView(string name) => _existing.GetValueOrDefault(name) is { IsView: true } view ? view : null;

    public IReadOnlyList<Manifest> ListViews() => Listed().Views;

    public IReadOnlyList<Manifest> ListDerived() => [.. InOrder(_derived.Values)];

    public IReadOnlyList<DatasetName> ListDropped()
    {
        lock (_memory)
        {
            return [.. _newest.Values.Where(k => k.Manifest.IsDropped).Select(k => k.Manifest.Name).OrderBy(n => n.Value, StringComparer.Ordinal)];
        }
    }

    public async Task<CommitResult> CommitAsync(DatasetCommit commit, CancellationToken cancellationToken)
    {
        RequireBounds(commit.Objects.Count);
        Manifest? same = null;
        var result = await CommitNextAsync(
            commit.Name,
            async newest =>
            {
                RequireKind(commit, newest);
                RequireSchema(commit.Name, commit.Fingerprint, commit.Columns, commit.Schema);
                same = IsAnswered(newest, commit.Request) || SaysTheSame(newest, commit) ? newest : null;
                if (same is not null)
                {
                    return null;
                }

                var rewritten = new List<IReadOnlyList<DataFile>>();
                foreach (var rewrite in commit.Rewrites ?? [])
                {
                    rewritten.Add(await CompleteAsync(rewrite.Files, cancellationToken));
                }

                return Next(commit, await CompleteAsync(commit.Objects, cancellationToken), rewritten, newest);
            },
            cancellationToken);
        if (result is null)
        {
            return new CommitResult(same!, IsUnchanged: true);
        }

        if (!DatasetName.IsOfProgram(result.Name.Value))
        {
            LogCommitted(result.Name.Value, result.Version, result.RowCount);
        }

        return new CommitResult(result, IsUnchanged: false);
    }

    public async Task<CommitResult> CommitViewAsync(
        DatasetName name, DatasetDefinition definition, IReadOnlyList<DatasetColumn> columns, CancellationToken cancellationToken)
    {
        Manifest? same = null;
        var view = await CommitNextAsync(
            name,
            newest =>
            {
                RequireName(name, isView: true);
                var isSame = newest is { IsDropped: false } && newest.Definition?.Sql == definition.Sql && newest.Columns.SequenceEqual(columns);
                same = isSame ? newest : null;
                var now = Now();
                var createdAt = newest is { IsDropped: false } ? newest.CreatedAt : now;
                return Task.FromResult(isSame ? null : new Manifest(
                    DatasetId.For(name), name, NextVersion(name, newest), SchemaFingerprint.Compute(columns.Select(c => (c.Name, c.Type))), columns, [], 0,
                    createdAt, now, MadeBy: "view", Definition: definition));
            },
            cancellationToken);
        return new CommitResult(view ?? same!, view is null);
    }

    public Task<Manifest> DropAsync(DatasetName name, CancellationToken cancellationToken) => DropAsync(name, isView: false, cancellationToken);

    public Task<Manifest> DropViewAsync(DatasetName name, CancellationToken cancellationToken) => DropAsync(name, isView: true, cancellationToken);

    private async Task<Manifest> DropAsync(DatasetName name, bool isView, CancellationToken cancellationToken)
    {
        var dropped = await CommitNextAsync(
            name,
            newest => newest is null or { IsDropped: true } || newest.IsView != isView
                ? throw (isView ? CatalogErrors.ViewNotFound(name.Value, this) : CatalogErrors.NotFound(name.Value, this))
                : Task.FromResult<Manifest?>(newest with
                {
                    Version = NextVersion(name, newest),
                    Objects = [],
                    RowCount = 0,
                    UpdatedAt = Now(),
                    IsDropped = true,
                    MadeBy = "drop",
                    RowsSince = null,
                    Definition = null,
                }),
            cancellationToken);
        LogDropped(name.Value, dropped!.Version);
        return dropped;
    }

    public async Task<CommitPlan> PlanAsync(
        DatasetName name, IReadOnlyList<DatasetColumn> columns, SchemaRule schema, IReadOnlyList<string> hashes, CancellationToken cancellationToken)
    {
        var fingerprint = SchemaFingerprint.Compute(columns.Select(c => (c.Name, c.Type)));
        RequireSchema(name, fingerprint, columns, schema);

        // A stored file is used again only when the newest version names it: a file of an older version may be collected before the commit. So the newest
        // version is read again before its keys are used.
        if (hashes.Any(h => FindKey(h) is not null))
        {
            await RefreshAsync(name, cancellationToken);
        }

        var keys = new Dictionary<string, ObjectKey>(StringComparer.Ordinal);
        var added = new HashSet<ObjectKey>();
        foreach (var hash in hashes.Where(h => !keys.ContainsKey(h)))
        {
            if (FindKey(hash) is { } known)
            {
                keys.Add(hash, known);
                continue;
            }

            keys.Add(hash, DataFileKey.New(name, fingerprint, hash));
            added.Add(keys[hash]);
        }

        return new CommitPlan(fingerprint, [.. hashes.Select(h => keys[h])], added);

        ObjectKey? FindKey(string hash) => Find(name) is { } newest ? DataFileKey.Find(newest.Objects, hash) : null;
    }

    private void RequireSchema(DatasetName name, SchemaFingerprint fingerprint, IReadOnlyList<DatasetColumn> columns, SchemaRule rule)
    {
        RequireName(name, isView: false);
        if (FindIgnoringCase(name.Value) is { } current && current.Fingerprint != fingerprint && !Allows(rule, current, columns))
        {
            throw SchemaConflict(current, columns, fingerprint);
        }
    }

    /// <summary>Whether the columns may change. Columns that are not known cannot be joined with others.</summary>
    private static bool Allows(SchemaRule rule, Manifest current, IReadOnlyList<DatasetColumn> columns) => rule switch
    {
        SchemaRule.Evolve => current.Columns.Count > 0 && columns.Count > 0 && !current.IsDerived,
        SchemaRule.Set => !current.IsDerived,
        _ => false,
    };

    private void RequireName(DatasetName name, bool isView)
    {
        if (_existing.GetValueOrDefault(name.Value) is not { } current)
        {
            RequireNew(name);
            return;
        }

        var kind = current.IsView ? "view" : "dataset";
        var path = current.IsView ? "view" : current.IsDerived ? "derived" : "dataset";
        if (current.IsView != isView)
        {
            throw new LakehouseException(
                ErrorKind.Conflict, "name_conflict", $"There is a {kind} '{current.Name}'. Use another name, or drop it first (DELETE "
                    + $"/v1/catalog/{path}/{current.Name}).");
        }

        if (current.Name != name)
        {
            throw new LakehouseException(
                ErrorKind.Conflict, "name_conflict", $"The {kind} '{current.Name}' exists, and SQL does not tell '{name}' from it. Use its name as it is, "
                    + "or another one.");
        }
    }

    /// <summary>Refuses a name that looks like a table of the schema of the program. One that is there already is kept.</summary>
    private static void RequireNew(DatasetName name)
    {
        const string schema = "lakehouse.";
        if (name.Value.StartsWith(schema, StringComparison.OrdinalIgnoreCase))
        {
            throw new LakehouseException(
                ErrorKind.InvalidInput, "invalid_name", $"The dataset name is refused: in SQL '{schema}' is the schema of the program's own tables.");
        }
    }

    private static void RequireKind(DatasetCommit commit, Manifest? newest)
    {
        if (newest is null)
        {
            RequireNew(commit.Name);
        }

        var current = newest is { IsDropped: false } ? newest : null;
        var least = commit.IsExact ? current?.Version : current?.RowsVersion;
        if (commit.ExpectedVersion is { } expected && !(expected >= (least ?? 0) && expected <= (current?.Version ?? 0)))
        {
            throw new LakehouseException(
                ErrorKind.Conflict, "version_conflict", $"The dataset '{commit.Name}' has got version {current?.Version} since version {expected} was read. It "
                    + "is unchanged; try again.");
        }

        if (current is null && commit.Mode == CommitMode.Append && commit.Objects.Count == 0)
        {
            throw new LakehouseException(
                ErrorKind.Conflict, "version_conflict", $"The dataset '{commit.Name}', to which no rows were to be added, was dropped meanwhile. Try again.");
        }

        if (current is { IsDerived: true } && commit.Definition is null)
        {
            throw CatalogErrors.Derived(commit.Name.Value);
        }

        if (current is { IsDerived: false } && commit.Definition is not null)
        {
            throw new LakehouseException(
                ErrorKind.Conflict, "name_conflict", $"There is a dataset '{commit.Name}' that is not derived. Use another name, or drop it first.");
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

    private void RequireBounds(int objectCount)
    {
        if (objectCount > options.MaxObjects)
        {
            throw new LakehouseException(
                ErrorKind.InvalidInput, "too_many_objects", $"The dataset would have {objectCount} data files, at most {options.MaxObjects} are allowed "
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
                var known = FindKnown(name);
                var newest = known?.Manifest;
                var manifest = await next(newest);
                var now = Moment.Of(time);
                if (manifest is not null && await files.TryAddAsync(manifest, () => IsRecent(known), cancellationToken))
                {
                    Remember(manifest, now);
                    RequestRecord.Current?.AddWritten(name.Value, manifest.Version);
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

    private Manifest? FindNewest(DatasetName name) => FindKnown(name)?.Manifest;

    private KnownVersion? FindKnown(DatasetName name)
    {
        lock (_memory)
        {
            return _newest.GetValueOrDefault(name);
        }
    }

    /// <summary>Whether a version was the newest one less than half the grace period ago, so that no version after it can have been collected.</summary>
    private bool IsRecent(KnownVersion? known) => known is not null && known.At.Elapsed(time) < options.GcGrace / 2;

    /// <summary>Whether the dataset has answered the request before.</summary>
    /// <exception cref="LakehouseException"><c>idempotency_key_used</c> (<see cref="ErrorKind.Conflict"/>): by another request.</exception>
    private static bool IsAnswered(Manifest? newest, CommitRequest? request)
    {
        var answered = request is null || newest is null or { IsDropped: true } ? null : newest.Requests?.LastOrDefault(r => r.Key == request.Key);
        if (answered is not null && answered.Digest != request!.Digest)
        {
            throw new LakehouseException(
                ErrorKind.Conflict,
                "idempotency_key_used",
                $"The Idempotency-Key '{request.Key}' was used for other content, which version {answered.Version} of the dataset '{newest!.Name}' holds. Use "
                + "another key for another request.");
        }

        return answered is not null;
    }

    /// <summary>The last requests, with the one that a version answers.</summary>
    private IReadOnlyList<AnsweredRequest>? Remember(IReadOnlyList<AnsweredRequest>? before, CommitRequest? request, long version) =>
        request is null ? before : [.. (before ?? []).Append(new AnsweredRequest(request.Key, request.Digest, version)).TakeLast(options.KeepRequests)];

    /// <summary>
    /// Whether a commit would change nothing. An append of the same rows adds them again. A derived dataset has a new version when it was made of newer ones,
    /// so that it is seen to be fresh.
    /// </summary>
    private static bool SaysTheSame(Manifest? newest, DatasetCommit commit)
    {
        if (newest is null or { IsDropped: true })
        {
            return false;
        }

        return commit.Mode == CommitMode.Append
            ? commit.Objects.Count == 0 && commit.Rewrites is null
            : IsSame(newest.Definition, commit.Definition) && newest.RowCount == commit.RowCount && newest.Objects.Count == commit.Objects.Count
                && (SortOf(commit, newest) ?? []).SequenceEqual(newest.SortBy ?? [])
                && (commit.Schema is not SchemaRule.Set || newest.Columns.SequenceEqual(commit.Columns))
                && newest.Objects.Zip(commit.Objects).All(pair => DataFileKey.IsSame(pair.First, pair.Second));
    }

    private static bool IsSame(DatasetDefinition? left, DatasetDefinition? right) =>
        left?.Sql == right?.Sql && (left?.Sources ?? []).SequenceEqual(right?.Sources ?? []);

    private static LakehouseException SchemaConflict(Manifest current, IReadOnlyList<DatasetColumn> columns, SchemaFingerprint fingerprint)
    {
        var differences = current.Columns.Count == 0 || columns.Count == 0 ? [] : SchemaDifference.Find(current.Columns, columns);
        if (differences.Count == 0)
        {
            return new LakehouseException(
                ErrorKind.Conflict,
                "schema_conflict",
                $"The dataset '{current.Name}' has the schema {current.Fingerprint}, not {fingerprint}. It is unchanged; use another name for the new "
                + "schema, or drop it first.");
        }

        return new LakehouseException(
            ErrorKind.Conflict,
            "schema_conflict",
            $"The dataset '{current.Name}' has another schema: {SchemaDifference.Describe(differences)}. It is unchanged; give it these "
                + "columns, say types= if a type was found out that is not meant, say evolve=true to let new columns and wider types in, use another name, or "
                + "drop it first.")
        {
            Details = new Dictionary<string, object?> { ["columns"] = differences },
        };
    }

    private Manifest Next(DatasetCommit commit, IReadOnlyList<DataFile> objects, List<IReadOnlyList<DataFile>> rewritten, Manifest? newest)
    {
        var now = Now();
        var current = newest is { IsDropped: false } ? newest : null;
        var isAppend = commit.Mode == CommitMode.Append && current is not null;
        var (columns, fingerprint) = SchemaOf(commit, current);
        IReadOnlyList<DataFile> all =
        [
            .. isAppend ? Kept(commit, current!, rewritten).Select(o => WithColumns(o, o.Columns ?? current!.Columns, columns)) : [],
            .. objects.Select(o => WithColumns(o, o.Columns ?? commit.Columns, columns)),
        ];
        RequireBounds(all.Count);
        var version = NextVersion(commit.Name, newest);
        var rowCount = Math.Max(0, commit.RowCount + (isAppend ? current!.RowCount : 0));
        return new Manifest(
            DatasetId.For(commit.Name), commit.Name, version, fingerprint, columns, all,
            rowCount, current?.CreatedAt ?? now, now, MadeBy: commit.MadeBy, Definition: commit.Definition,
            Requests: Remember(current?.Requests, commit.Request, version),
            RowsSince: commit.KeepsRows ? current!.RowsVersion : null,
            SortBy: SortOf(commit, current),
            Table: commit.Table ?? current?.Table,
            TableChange: commit.TableChange);
    }

    private static IReadOnlyList<string>? SortOf(DatasetCommit commit, Manifest? current) =>
        (commit.SortBy ?? current?.SortBy) is { Count: > 0 } columns ? columns : null;

    /// <summary>The data files that an append leaves in the dataset, with those that were rewritten.</summary>
    private static IEnumerable<DataFile> Kept(DatasetCommit commit, Manifest current, List<IReadOnlyList<DataFile>> rewritten)
    {
        var gone = new HashSet<int>();
        var added = new Dictionary<int, IReadOnlyList<DataFile>>();
        for (var i = 0; i < rewritten.Count; i++)
        {
            var places = FindPlaces(current.Objects, commit.Rewrites![i].Removed, gone) ?? throw new LakehouseException(
                ErrorKind.Conflict,
                "version_conflict",
                $"Another writer has changed the rows of the dataset '{commit.Name}' that were to be changed. It is as that writer has left it; try again.");
            if (places.Count > 0)
            {
                added.Add(places.Min, rewritten[i]);
                gone.UnionWith(places);
            }
        }

        var kept = new List<DataFile>(current.Objects.Count);
        for (var i = 0; i < current.Objects.Count; i++)
        {
            kept.AddRange(added.GetValueOrDefault(i) ?? []);
            if (!gone.Contains(i))
            {
                kept.Add(current.Objects[i]);
            }
        }

        return kept;
    }

    /// <summary>
    /// The positions of data files in a dataset. The same file can be there more than once, when the same rows were added again: as many of it are found as are
    /// named. Null when one is not there.
    /// </summary>
    private static SortedSet<int>? FindPlaces(IReadOnlyList<DataFile> files, IReadOnlyList<ObjectKey> keys, HashSet<int> gone)
    {
        // Neighbours stay neighbours, so that the rows stay in their order.
        for (var start = 0; start + keys.Count <= files.Count; start++)
        {
            if (keys.Select((key, i) => files[start + i].Key == key && !gone.Contains(start + i)).All(isSame => isSame))
            {
                return [.. Enumerable.Range(start, keys.Count)];
            }
        }

        var places = new SortedSet<int>();
        var next = 0;
        foreach (var key in keys)
        {
            while (next < files.Count && (files[next].Key != key || gone.Contains(next)))
            {
                next++;
            }

            if (next == files.Count)
            {
                return null;
            }

            places.Add(next++);
        }

        return places;
    }

    private static (IReadOnlyList<DatasetColumn> Columns, SchemaFingerprint Fingerprint) SchemaOf(DatasetCommit commit, Manifest? current)
    {
        if (commit.Schema is not SchemaRule.Evolve || current is null || commit.Fingerprint == current.Fingerprint)
        {
            return (commit.Columns, commit.Fingerprint);
        }

        var merged = SchemaEvolution.Merge(current.Columns, commit.Columns);
        return merged.SequenceEqual(current.Columns)
            ? (current.Columns, current.Fingerprint)
            : (merged, SchemaFingerprint.Compute(merged.Select(c => (c.Name, c.Type))));
    }

    /// <summary>Notes the columns of a data file, where they are known and are not those of the dataset.</summary>
    private static DataFile WithColumns(DataFile file, IReadOnlyList<DatasetColumn> own, IReadOnlyList<DatasetColumn> dataset) =>
        file with { Columns = own.Count == 0 || dataset.Count == 0 || own.SequenceEqual(dataset) ? null : own };

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
            complete[i] = new DataFile(objects[i].Key, found.SizeBytes, objects[i].RowCount, objects[i].Sha256, objects[i].Columns);
        }

        return complete;
    }

    private async Task RefreshAsync(string prefix, CancellationToken cancellationToken)
    {
        await _refresh.WaitAsync(cancellationToken);
        try
        {
            var now = Moment.Of(time);
            await Parallel.ForEachAsync(
                files.ListEachAsync(prefix, string.Empty, cancellationToken),
                new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken },
                async (found, token) => await RefreshAsync(found.Name, found.Versions, now, token));
        }
        finally
        {
            _refresh.Release();
        }
    }

    /// <summary>Reads the newest version of a dataset that can be read, unless it is known.</summary>
    private async ValueTask RefreshAsync(DatasetName name, List<VersionFile> versions, Moment now, CancellationToken cancellationToken)
    {
        var known = FindNewest(name);
        foreach (var file in versions.Where(v => v.Version > (known?.Version ?? 0)).OrderByDescending(v => v.Version))
        {
            if (await files.TryReadAsync(name, file.Version, cancellationToken) is { } manifest)
            {
                Remember(manifest, now);
                break;
            }
        }

        if (known is not null && versions[^1].Version == known.Version)
        {
            Remember(known, now);
        }
    }

    /// <summary>
    /// Keeps a manifest in memory unless a newer one is known: a commit of this process and a refresh that has read a later version can end in either order.
    /// </summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="at">A moment from which on it was the newest one, or was not there yet.</param>
    private void Remember(Manifest manifest, Moment at)
    {
        lock (_memory)
        {
            var known = _newest.GetValueOrDefault(manifest.Name);
            if (known?.Manifest.Version > manifest.Version)
            {
                return;
            }

            _newest[manifest.Name] = new KnownVersion(manifest, at);
            if (known?.Manifest.Version == manifest.Version)
            {
                return;
            }

            _listing = null;
            var name = manifest.Name.Value;
            if (!manifest.IsDropped)
            {
                _existing[name] = manifest;
            }
            else if (_existing.GetValueOrDefault(name)?.Name == manifest.Name)
            {
                _existing.TryRemove(name, out _);
            }

            if (_existing.GetValueOrDefault(name) is { IsDerived: true } derived)
            {
                _derived[name] = derived;
            }
            else
            {
                _derived.TryRemove(name, out _);
            }
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>The newest version that is known.</summary>
    /// <param name="Manifest">The version.</param>
    /// <param name="At">When it was the newest one for certain.</param>
    private sealed record KnownVersion(Manifest Manifest, Moment At);

    private static IEnumerable<Manifest> InOrder(IEnumerable<Manifest> manifests) => manifests.OrderBy(m => m.Name.Value, StringComparer.Ordinal);

    private Listing Listed()
    {
        if (Volatile.Read(ref _listing) is { } known)
        {
            return known;
        }

        lock (_memory)
        {
            var byKind = InOrder(_existing.Values).ToLookup(m => m.IsView ? 'v' : DatasetName.IsOfProgram(m.Name.Value) ? 'p' : 'd');
            return _listing = new Listing([.. byKind['d']], [.. byKind['v']], [.. byKind['p']]);
        }
    }

    /// <summary>What there is, in order.</summary>
    private sealed record Listing(Manifest[] Datasets, Manifest[] Views, Manifest[] OfProgram);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Information, Message = "Committed version {Version} of dataset {Dataset} with {Rows} rows")]
    private partial void LogCommitted(string dataset, long version, long rows);

    [LoggerMessage(EventId = 2006, Level = LogLevel.Information, Message = "Dropped dataset {Dataset} with version {Version}")]
    private partial void LogDropped(string dataset, long version);
}
