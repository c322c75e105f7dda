using System.Text.Json.Nodes;
using Lakehouse.Catalog;
using Lakehouse.Catalog.Schemas;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Iceberg.Internal.Publishing;
using Lakehouse.Iceberg.Internal.Tables;
using Lakehouse.Query.Rows;

namespace Lakehouse.Iceberg.Internal.Committing;

/// <summary>
/// Takes what other engines commit. Their snapshot becomes a version of the dataset by the same put-if-absent as every other commit, and is then published as
/// it is. So a commit that is acknowledged is in the lake, whatever becomes of the metadata.
/// </summary>
internal sealed class TableWriter(
    TablePublisher publisher, TableFiles files, FileCheck check, ICatalog catalog, IDatasetRows rows, IcebergOptions options, TimeProvider time)
{
    private const int TriesMax = 8;
    private const string MadeBy = "iceberg";

    /// <summary>The metadata of a table that a client will create with its first commit; nothing is written.</summary>
    /// <exception cref="LakehouseException">As of <see cref="CreateAsync"/>.</exception>
    public TableMetadata Stage(DatasetName name, JsonObject body)
    {
        var (columns, _, sortBy) = ReadCreation(name, body);
        RequireAbsent(name);
        _ = FieldSchema.TryOf(columns, null, out var schema, out _);
        var metadata = TableMetadata.Create(Guid.NewGuid(), files.LocationOf(name));
        metadata.SetSchema(schema!);
        metadata.SetSortOrder([.. sortBy.Select(c => schema!.Fields.Single(f => f.Name == c).Id)]);
        foreach (var (property, value) in GivenJson.Texts(body, "properties"))
        {
            metadata.SetProperty(property, value);
        }

        return metadata;
    }

    /// <summary>Creates a dataset without rows, which is published.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="body">The request.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException">
    /// <c>invalid_commit</c> (<see cref="ErrorKind.InvalidInput"/>); <c>table_exists</c>, <c>name_conflict</c> (<see cref="ErrorKind.Conflict"/>).
    /// </exception>
    public Task<LoadedTable> CreateAsync(DatasetName name, JsonObject body, CancellationToken cancellationToken)
    {
        var (columns, properties, sortBy) = ReadCreation(name, body);
        return RunAsync(name, async () =>
        {
            await catalog.RefreshAsync(name, cancellationToken);
            RequireAbsent(name);
            var kept = properties.Count == 0 ? null : new JsonArray(new JsonObject
            {
                ["action"] = "set-properties",
                ["updates"] = new JsonObject(properties.Select(p => KeyValuePair.Create<string, JsonNode?>(p.Key, p.Value))),
            });
            var commit = New(name, columns) with { SortBy = sortBy, TableChange = kept?.ToJsonString() };
            return await AddAsync(commit with { Objects = [await rows.WriteNoneAsync(name, columns, null, cancellationToken)] }, cancellationToken);
        }, cancellationToken);
    }

    /// <summary>Takes a commit.</summary>
    /// <param name="name">The table.</param>
    /// <param name="body">The request.</param>
    /// <param name="cancellationToken">Cancels the call, as long as nothing is committed.</param>
    /// <exception cref="LakehouseException">
    /// <c>invalid_commit</c> (<see cref="ErrorKind.InvalidInput"/>); <c>commit_conflict</c>, <c>table_exists</c> (<see cref="ErrorKind.Conflict"/>);
    /// <c>table_not_found</c> (<see cref="ErrorKind.NotFound"/>); <c>commit_unknown</c> (<see cref="ErrorKind.Failed"/>): it may be committed or not.
    /// </exception>
    public Task<LoadedTable> CommitAsync(DatasetName name, JsonObject body, CancellationToken cancellationToken) => RunAsync(name, async () =>
    {
        for (var tries = 1; ; tries++)
        {
            await catalog.RefreshAsync(name, cancellationToken);
            await publisher.UpdateInTurnAsync(name, cancellationToken);
            if (await TryCommitAsync(name, body, cancellationToken) is { } committed)
            {
                return committed;
            }

            if (tries == TriesMax)
            {
                throw GivenJson.Overtaken("other writers were faster each time");
            }
        }
    }, cancellationToken);

    /// <summary>Makes a dataset of a table of the bucket that another catalog had: its data files stay where they are.</summary>
    /// <param name="name">The dataset's name.</param>
    /// <param name="address">The address of the table's metadata.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException">As of <see cref="CreateAsync"/>; <c>table_damaged</c> (<see cref="ErrorKind.Damaged"/>).</exception>
    public Task<LoadedTable> RegisterAsync(DatasetName name, string address, CancellationToken cancellationToken) => RunAsync(name, async () =>
    {
        await catalog.RefreshAsync(name, cancellationToken);
        RequireAbsent(name);
        var key = files.KeyOf(address) ?? throw GivenJson.Invalid($"{address} is not in the bucket of the lake");
        var (columns, traits, entries, sources) = await ReadTableAsync(key, cancellationToken);
        RequireCount(entries.Count);
        _ = FieldSchema.TryOf(columns, traits.FieldIds, out var schema, out _);
        var (offered, widened) = await check.CheckAsync(entries, columns, schema!, traits.FieldIds, null, cancellationToken);
        foreach (var source in sources)
        {
            // Tables that came from Hive have the values of partitions in the names of folders alone.
            var column = schema!.Fields.FirstOrDefault(f => f.All.Any(p => p.Id == source));
            if (column is not null && offered.FirstOrDefault(f => f.Columns!.All(c => c.Name != column.Name)) is { } without)
            {
                throw GivenJson.Invalid($"the data file {without.Key} has not the column '{column.Name}', by which the table is partitioned");
            }
        }

        var commit = New(name, widened) with { RowCount = entries.Sum(e => e.RowCount), Table = traits };
        return await AddAsync(
            commit with { Objects = offered.Count > 0 ? offered : [await rows.WriteNoneAsync(name, columns, traits, cancellationToken)] }, cancellationToken);
    }, cancellationToken);

    /// <summary>Reads a table of another catalog.</summary>
    private async Task<(IReadOnlyList<DatasetColumn> Columns, TableTraits Traits, List<ManifestEntry> Entries, List<int> PartitionSources)> ReadTableAsync(
        ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            var metadata = await files.ReadMetadataAsync(key, cancellationToken);
            TableUpdate.RequireVersion(metadata.FormatVersion);
            var (columns, traits) = GivenSchema.Read(metadata.SchemaOf(metadata.SchemaId), takesRequired: true).ToColumns();
            var entries = new List<ManifestEntry>();
            foreach (var manifest in metadata.Current is { } current ? await files.ReadListAsync(current, cancellationToken) : [])
            {
                entries.AddRange(await ReadLiveAsync(manifest, cancellationToken));
            }

            return (columns, traits, entries, [.. metadata.PartitionFields.Select(f => f["source-id"]!.GetValue<int>())]);
        }
        catch (Exception error) when (error is InvalidOperationException or NullReferenceException or FormatException or ArgumentException
            or LakehouseException { Kind: ErrorKind.Damaged })
        {
            throw GivenJson.Invalid($"the table cannot be read: {(error is LakehouseException ? error.Message : "its metadata is malformed")}", error);
        }
    }

    /// <summary>Drops a table's dataset.</summary>
    /// <exception cref="LakehouseException"><c>dataset_not_found</c>.</exception>
    public Task DropAsync(DatasetName name, CancellationToken cancellationToken) => catalog.DropAsync(name, cancellationToken);

    /// <summary>Commits on the table as it is now. Null where another writer was faster, and the table is to be looked at again.</summary>
    private async Task<LoadedTable?> TryCommitAsync(DatasetName name, JsonObject body, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (catalog.Find(name) is not { } dataset)
        {
            var creation = TableUpdate.Read(body, files.LocationOf(name), null, now);
            RequireAbsent(name);
            return creation.IsCreation ? await CreateByCommitAsync(name, creation, cancellationToken) : throw NotFound(name);
        }

        var table = publisher.FindLoaded(name);
        if (table?.Metadata.Current?.Version != dataset.Version)
        {
            throw publisher.Find(name) is { } known ? IcebergErrors.NotPublishable(name, known.Fault ?? "it is not published yet") : NotFound(name);
        }

        TableUpdate.RequireMet(body, table!.Metadata);
        var update = TableUpdate.Read(body, table.Metadata.Location, table.Metadata, now);
        if (dataset.IsDerived)
        {
            throw GivenJson.Invalid($"the dataset '{name}' is made of others by a statement; its rows are not changed directly");
        }

        if (update.Schema is null && update.Snapshots.Count == 0 && update.SortBy is null)
        {
            var metadata = table.Metadata.Copy();
            TableUpdate.Replay(update.Kept ?? "[]", metadata);
            return await publisher.TryChangeAsync(name, metadata, cancellationToken) ? publisher.FindLoaded(name) : null;
        }

        var commit = await PlanAsync(dataset, table, update, cancellationToken);
        try
        {
            return await AddAsync(commit, cancellationToken);
        }
        catch (LakehouseException error) when (error.Code == "version_conflict")
        {
            return null;
        }
    }

    /// <summary>The version that a commit makes of the newest one.</summary>
    private async Task<DatasetCommit> PlanAsync(Manifest dataset, LoadedTable table, TableUpdate update, CancellationToken cancellationToken)
    {
        var traits = dataset.Table ?? TableTraits.None;
        var columns = dataset.Columns;
        _ = FieldSchema.TryOf(columns, traits.FieldIds, out var schema, out _);
        if (update.Schema is { } given)
        {
            (columns, traits) = given.Evolve(dataset, schema!);
            _ = FieldSchema.TryOf(columns, traits.FieldIds, out schema, out _);
        }

        var sortBy = update.SortBy is { } order ? NamesOf(schema!, order) : null;
        if (update.Snapshots.Count == 0)
        {
            return Next(dataset, columns) with { Table = traits, SortBy = sortBy, TableChange = update.Kept, KeepsRows = true, Rewrites = [] };
        }

        RequireChain(table.Metadata, update.Snapshots);
        var (added, kept) = await ReadChangeAsync(dataset, table, update.Snapshots[^1], cancellationToken);
        var root = TableKeys.Root(dataset.Name) + "/";
        var folder = TableKeys.Folder(dataset.Name);
        var (offered, widened) = await check.CheckAsync(
            added, columns, schema!, traits.FieldIds,
            key => key.StartsWith(root) && !key.StartsWith(folder) && !new DataFile(key, 0).IsOwn, cancellationToken);
        var removed = new List<DataFile>();
        foreach (var file in dataset.Objects)
        {
            var address = files.AddressOf(file.Key);
            if (kept.GetValueOrDefault(address) is > 0 and var count)
            {
                kept[address] = count - 1;
            }
            else
            {
                removed.Add(file);
            }
        }

        if (kept.FirstOrDefault(k => k.Value > 0) is { Key: { } more })
        {
            throw GivenJson.Invalid($"the snapshot has the data file {more} more often than the table");
        }

        if (update.Schema is not null)
        {
            await check.RequireFitAsync(dataset.Objects.Except(removed), schema!, cancellationToken);
        }

        if (removed.Count == dataset.Objects.Count && offered.Count == 0)
        {
            offered = [await rows.WriteNoneAsync(dataset.Name, columns, traits, cancellationToken)];
        }

        var rowCount = added.Sum(e => e.RowCount);
        foreach (var file in removed)
        {
            rowCount -= file.RowCount ?? (await files.ReadFooterAsync(file, cancellationToken)).RowCount;
        }

        update.KeepSnapshot();
        return Next(dataset, widened) with
        {
            Table = traits,
            SortBy = sortBy,
            Objects = offered,
            RowCount = rowCount,
            TableChange = update.Kept,
            Rewrites = removed.Count == 0 ? [] : [new FileRewrite([.. removed.Select(f => f.Key)], [])],
        };
    }

    /// <summary>The data files that a snapshot adds, and how often it has each of those that were there.</summary>
    private async Task<(IReadOnlyList<ManifestEntry> Added, Dictionary<string, int> Kept)> ReadChangeAsync(
        Manifest dataset, LoadedTable table, Snapshot snapshot, CancellationToken cancellationToken)
    {
        var known = table.Manifests.ToDictionary(m => m.File.Path, StringComparer.Ordinal);
        var there = dataset.Objects.Select(o => files.AddressOf(o.Key)).ToHashSet(StringComparer.Ordinal);
        var (added, kept) = (new List<ManifestEntry>(), new Dictionary<string, int>(StringComparer.Ordinal));
        try
        {
            RequireBelow(dataset.Name, snapshot.ManifestList);
            foreach (var manifest in await files.ReadListAsync(snapshot, cancellationToken))
            {
                RequireBelow(dataset.Name, manifest.Path);
                if (known.TryGetValue(manifest.Path, out var held))
                {
                    RequireSame(manifest, held.File);
                    held.Paths.ToList().ForEach(Keep);
                    continue;
                }

                foreach (var entry in await ReadLiveAsync(manifest, cancellationToken))
                {
                    if (there.Contains(entry.Path))
                    {
                        Keep(entry.Path);
                    }
                    else
                    {
                        added.Add(entry);
                    }
                }
            }
        }
        catch (LakehouseException error) when (error.Kind is ErrorKind.Damaged)
        {
            throw GivenJson.Invalid(error.Message, error);
        }

        RequireCount(added.Count);
        return added.GroupBy(e => e.Path).FirstOrDefault(g => g.Count() > 1) is { Key: var twin }
            ? throw GivenJson.Invalid($"the data file {twin} is added more than once")
            : (added, kept);

        void Keep(string path) => kept[path] = kept.GetValueOrDefault(path) + 1;
    }

    /// <summary>Refuses manifests elsewhere: who removes what no table needs would not know them.</summary>
    private void RequireBelow(DatasetName name, string address)
    {
        if (files.KeyOf(address) is not { } key || !key.StartsWith(TableKeys.Folder(name)))
        {
            throw GivenJson.Invalid($"{address} is not in the table's folder metadata/, where its manifests are");
        }
    }

    private static void RequireSame(ManifestFile given, ManifestFile known)
    {
        if (given.Content != 0)
        {
            throw TableUpdate.DeleteFiles();
        }

        if (given.SequenceNumber != known.SequenceNumber || given.AddedFiles + given.ExistingFiles != known.AddedFiles + known.ExistingFiles)
        {
            throw GivenJson.Invalid($"the manifest {given.Path} is described otherwise than the table has it");
        }
    }

    private async Task<IEnumerable<ManifestEntry>> ReadLiveAsync(ManifestFile manifest, CancellationToken cancellationToken)
    {
        var live = (await files.ReadManifestAsync(manifest, cancellationToken)).Where(e => e.IsLive).ToList();
        return manifest.Content == 0 || live.Count == 0 ? live : throw TableUpdate.DeleteFiles();
    }

    private async Task<LoadedTable> CreateByCommitAsync(DatasetName name, TableUpdate update, CancellationToken cancellationToken)
    {
        var (columns, traits) = (update.Schema ?? throw GivenJson.Invalid("a new table has a schema (add-schema, set-current-schema)")).ToColumns();
        traits = traits with { Id = update.Id };
        _ = FieldSchema.TryOf(columns, traits.FieldIds, out var schema, out _);
        var commit = New(name, columns) with { Table = traits, SortBy = update.SortBy is { } order ? NamesOf(schema!, order) : null };
        if (update.Snapshots.Count == 0)
        {
            var none = await rows.WriteNoneAsync(name, columns, traits, cancellationToken);
            return await AddAsync(commit with { Objects = [none], TableChange = update.Kept }, cancellationToken);
        }

        RequireChain(null, update.Snapshots);
        var entries = new List<ManifestEntry>();
        RequireBelow(name, update.Snapshots[^1].ManifestList);
        foreach (var manifest in await ReadNewListAsync(update.Snapshots[^1], cancellationToken))
        {
            RequireBelow(name, manifest.Path);
            entries.AddRange(await ReadLiveAsync(manifest, cancellationToken));
        }

        RequireCount(entries.Count);
        var root = TableKeys.Root(name) + "/";
        var (offered, widened) = await check.CheckAsync(
            entries, columns, schema!, traits.FieldIds, key => key.StartsWith(root) && !new DataFile(key, 0).IsOwn, cancellationToken);
        offered = offered.Count > 0 ? offered : [await rows.WriteNoneAsync(name, columns, traits, cancellationToken)];
        update.KeepSnapshot();
        return await AddAsync(
            commit with
            {
                Columns = widened,
                Fingerprint = FingerprintOf(widened),
                Objects = offered,
                RowCount = entries.Sum(e => e.RowCount),
                TableChange = update.Kept,
            },
            cancellationToken);
    }

    private async Task<IReadOnlyList<ManifestFile>> ReadNewListAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        try
        {
            return await files.ReadListAsync(snapshot, cancellationToken);
        }
        catch (LakehouseException error) when (error.Kind is ErrorKind.Damaged)
        {
            throw GivenJson.Invalid(error.Message, error);
        }
    }

    /// <summary>Commits a version and publishes it. What fails after the commit leaves the client in doubt, and must not be taken for a refusal.</summary>
    private async Task<LoadedTable> AddAsync(DatasetCommit commit, CancellationToken cancellationToken)
    {
        var isTurnedOn = commit.ExpectedVersion == 0 && await publisher.TurnOnAsync(commit.Name, cancellationToken);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            var result = await catalog.CommitAsync(commit, CancellationToken.None);
            await publisher.UpdateInTurnAsync(commit.Name, CancellationToken.None);
            return publisher.FindLoaded(commit.Name) is { } table && table.Metadata.Current?.Version >= result.Manifest.Version ? table
                : catalog.Find(commit.Name) is null ? throw NotFound(commit.Name)
                : throw new LakehouseException(
                    ErrorKind.Failed, "commit_unknown", $"Version {result.Manifest.Version} of '{commit.Name}' is committed, and not published yet: "
                        + $"{publisher.Find(commit.Name)?.Fault ?? "the store failed"}.");
        }
        catch (LakehouseException error) when (commit.ExpectedVersion == 0 && error.Kind is ErrorKind.Conflict or ErrorKind.InvalidInput)
        {
            if (isTurnedOn)
            {
                await publisher.TurnOffAsync(commit.Name, CancellationToken.None);
            }

            throw error.Code == "version_conflict" ? TableUpdate.Exists() : error;
        }
        catch (LakehouseException error) when (error.Kind is ErrorKind.StoreFailed or ErrorKind.Timeout or ErrorKind.Upstream or ErrorKind.Busy)
        {
            throw new LakehouseException(
                ErrorKind.Failed, "commit_unknown", $"Whether it is committed is not known: {error.Message} Load the table to see.", error);
        }
    }

    private Task<LoadedTable> RunAsync(DatasetName name, Func<Task<LoadedTable>> work, CancellationToken cancellationToken) =>
        Caller.RunAsync(Caller.Program, () => publisher.InTurnAsync(name, work, cancellationToken));

    private static (IReadOnlyList<DatasetColumn> Columns, Dictionary<string, string> Properties, IReadOnlyList<string> SortBy) ReadCreation(
        JsonObject body, string place)
    {
        var schema = GivenSchema.Read(body["schema"]);
        TableUpdate.RequireUnpartitioned(body["partition-spec"]);
        if (GivenJson.OptionalText(body, "location") is { } location)
        {
            TableUpdate.RequireLocation(location, place);
        }

        var properties = GivenJson.Texts(body, "properties");
        properties.ToList().ForEach(TableUpdate.RequireProperty);
        properties.Remove("format-version");
        var names = schema.Fields.ToDictionary(f => f.Id, f => f.Name);
        return (
            [.. schema.Fields.Select(f => new DatasetColumn(f.Name, f.ColumnType!))], properties,
            [.. TableUpdate.ReadOrder(body["write-order"]).Select(id => names.GetValueOrDefault(id) ?? throw NoColumn(id))]);
    }

    private (IReadOnlyList<DatasetColumn> Columns, Dictionary<string, string> Properties, IReadOnlyList<string> SortBy) ReadCreation(
        DatasetName name, JsonObject body) => ReadCreation(body, files.LocationOf(name));

    private static string[] NamesOf(FieldSchema schema, IReadOnlyList<int> ids) =>
        [.. ids.Select(id => schema.Fields.FirstOrDefault(f => f.Id == id)?.Name ?? throw NoColumn(id))];

    private static LakehouseException NoColumn(int id) => GivenJson.Invalid($"the sort order names the field {id}, which is no column");

    private static DatasetCommit New(DatasetName name, IReadOnlyList<DatasetColumn> columns) => new(
        name, FingerprintOf(columns), columns, [], 0, MadeBy, CommitMode.Append, ExpectedVersion: 0, IsExact: true);

    private static DatasetCommit Next(Manifest dataset, IReadOnlyList<DatasetColumn> columns) => new(
        dataset.Name, FingerprintOf(columns), columns, [], 0, MadeBy, CommitMode.Append, ExpectedVersion: dataset.Version, Schema: SchemaRule.Set,
        IsExact: true);

    private static SchemaFingerprint FingerprintOf(IReadOnlyList<DatasetColumn> columns) => SchemaFingerprint.Compute(columns.Select(c => (c.Name, c.Type)));

    private static void RequireChain(TableMetadata? metadata, IReadOnlyList<Snapshot> snapshots)
    {
        var (parent, sequence) = (metadata?.Current?.Id, metadata?.LastSequenceNumber ?? 0);
        foreach (var snapshot in snapshots)
        {
            if (snapshot.ParentId != parent)
            {
                throw metadata is null
                    ? GivenJson.Invalid("the first snapshot of a table has no parent")
                    : GivenJson.Overtaken("the snapshot has another parent");
            }

            if (snapshot.SequenceNumber != sequence + 1 || (metadata?.Snapshots.Any(s => s.Id == snapshot.Id) ?? false))
            {
                throw GivenJson.Invalid($"the snapshot {snapshot.Id} has not the next sequence number, {sequence + 1}, or its id is there already");
            }

            (parent, sequence) = (snapshot.Id, snapshot.SequenceNumber);
        }
    }

    private void RequireCount(int count)
    {
        if (count > options.MaxCommitFiles)
        {
            throw GivenJson.Invalid($"it adds {count} data files, and a commit adds {options.MaxCommitFiles} at most (iceberg.max_commit_files)");
        }
    }

    private void RequireAbsent(DatasetName name)
    {
        if (catalog.FindIgnoringCase(name.Value) is not null || catalog.FindView(name.Value) is not null)
        {
            throw TableUpdate.Exists();
        }
    }

    private static LakehouseException NotFound(DatasetName name) => new(ErrorKind.NotFound, "table_not_found", $"There is no table '{name}'.");
}
