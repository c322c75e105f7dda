using System.Collections.Concurrent;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Lakehouse.Iceberg.Internal.Tables;
using Lakehouse.Query.Rows;
using Lakehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Iceberg.Internal.Publishing;

/// <summary>
/// Writes the versions of datasets as snapshots. The catalog's manifests are the truth: what is missing is written when it is looked for, so that nothing is
/// lost by a crash, and two processes that publish the same version write the same. Whoever puts the next metadata first has won.
/// </summary>
internal sealed partial class TablePublisher(
    TableFiles files, ICatalog catalog, IDatasetHistory history, IDatasetRows rows, IObjectStore store, IcebergOptions options,
    CatalogOptions catalogOptions, LakeOptions lake, IJournal journal, TimeProvider time, ILogger<TablePublisher> logger)
    : IPublishing, IVersionHolder, IDisposable
{
    private const int TriesMax = 16;
    private const string CreatedProperty = "lakehouse.created-at";

    /// <summary>What other engines are told to do, unless somebody has told them otherwise.</summary>
    private static readonly (string Property, string Value)[] Defaults =
    [
        ("write.parquet.compression-codec", "zstd"), ("write.delete.mode", "copy-on-write"), ("write.update.mode", "copy-on-write"),
        ("write.merge.mode", "copy-on-write"), ("commit.retry.num-retries", "20"),
        ("gc.enabled", "false"), // data files are those of versions, too, which other engines do not see
    ];

    private readonly ConcurrentDictionary<DatasetName, Published> _published = new();

    public IReadOnlyList<PublishedTable> List() =>
        [.. catalog.List().Where(d => IsPublished(d.Name)).Select(Describe)];

    public PublishedTable? Find(DatasetName name) => catalog.Find(name) is { IsView: false } dataset && IsPublished(name) ? Describe(dataset) : null;

    public async Task<PublishedTable?> SeekAsync(DatasetName name, CancellationToken cancellationToken)
    {
        if (Find(name) is null)
        {
            await catalog.SeekAsync(name.Value, cancellationToken);
            if (!IsPublished(name) && await store.FindAsync(TableKeys.Mark(name), cancellationToken) is not null)
            {
                _published.GetOrAdd(name, _ => new Published()).IsOn = true;
            }
        }

        if (lake.IsReader && IsPublished(name))
        {
            await LoadAsync(name, cancellationToken); // nobody tells it
        }

        return Find(name);
    }

    public async Task<PublishedTable> PublishAsync(DatasetName name, CancellationToken cancellationToken)
    {
        var dataset = catalog.Require(name);
        if (!FieldSchema.TryOf(dataset.Columns, dataset.Table?.FieldIds, out _, out var reason) && NearestOf(dataset) is null)
        {
            throw IcebergErrors.NotPublishable(name, reason);
        }

        var published = _published.GetOrAdd(name, _ => new Published());
        var wasOn = published.IsOn;
        using (await published.EnterAsync(cancellationToken))
        {
            await store.PutIfAbsentAsync(TableKeys.Mark(name), ReadOnlyMemory<byte>.Empty, cancellationToken);
            published.IsOn = true;
        }

        await UpdateAsync(name, cancellationToken);
        if (published.Fault is { } fault)
        {
            if (!wasOn && !PublishesAll)
            {
                await UnpublishAsync(name, CancellationToken.None);
            }

            throw IcebergErrors.NotPublishable(name, fault);
        }

        return Describe(catalog.Require(name));
    }

    public async Task<bool> UnpublishAsync(DatasetName name, CancellationToken cancellationToken)
    {
        if (PublishesAll)
        {
            throw IcebergErrors.PublishesAll();
        }

        var published = _published.GetOrAdd(name, _ => new Published());
        using (await published.EnterAsync(cancellationToken))
        {
            var wasPublished = await store.FindAsync(TableKeys.Mark(name), cancellationToken) is not null;
            published.IsOn = false;
            published.State = TableState.None;
            published.Tell(0, null);
            await store.DeleteAsync(TableKeys.Mark(name), cancellationToken);
            await RemoveAllAsync(name, cancellationToken);
            return wasPublished;
        }
    }

    public async Task<PublishedTable> CatchUpAsync(DatasetName name, CancellationToken cancellationToken)
    {
        await LoadAsync(name, cancellationToken);
        return Find(name) ?? Describe(catalog.Require(name));
    }

    /// <summary>A table with all versions that are committed now, as far as they can be published; null where nothing of it was.</summary>
    public async Task<LoadedTable?> LoadAsync(DatasetName name, CancellationToken cancellationToken)
    {
        await Caller.RunAsync(Caller.Program, async () =>
        {
            await catalog.RefreshAsync(name, cancellationToken);
            await UpdateAsync(name, cancellationToken);
            return true;
        });
        return FindLoaded(name);
    }

    /// <summary>A table as it was published last; null where it was not.</summary>
    public LoadedTable? FindLoaded(DatasetName name) =>
        catalog.Find(name) is { } dataset && StateOf(name)?.State is { Metadata: { } metadata } state && IsTableOf(metadata, name, dataset)
            ? new LoadedTable(files.AddressOf(TableKeys.Metadata(name, state.Number)), metadata, state.Manifests)
            : null;

    /// <summary>Does something in turn with everything else that this process does with a table.</summary>
    public async Task<T> InTurnAsync<T>(DatasetName name, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        using (await _published.GetOrAdd(name, _ => new Published()).EnterAsync(cancellationToken))
        {
            return await work();
        }
    }

    /// <summary>Publishes a dataset, which may not be there yet, from now on. In turn. False when it was published already.</summary>
    public async Task<bool> TurnOnAsync(DatasetName name, CancellationToken cancellationToken)
    {
        var isNew = await store.PutIfAbsentAsync(TableKeys.Mark(name), ReadOnlyMemory<byte>.Empty, cancellationToken) is not null;
        _published.GetOrAdd(name, _ => new Published()).IsOn = true;
        return isNew;
    }

    /// <summary>Takes <see cref="TurnOnAsync"/> back, for a dataset that was not made. In turn.</summary>
    public async Task TurnOffAsync(DatasetName name, CancellationToken cancellationToken)
    {
        _published[name].IsOn = false;
        await store.DeleteAsync(TableKeys.Mark(name), cancellationToken);
    }

    /// <summary>Writes metadata of the version that is published already. In turn. False when another process was faster.</summary>
    public async Task<bool> TryChangeAsync(DatasetName name, TableMetadata metadata, CancellationToken cancellationToken)
    {
        SetDefaults(metadata);
        var published = _published[name];
        var state = published.State;
        metadata.AddLog(files.AddressOf(TableKeys.Metadata(name, state.Number)), state.Metadata!.UpdatedAt, options.KeepMetadata);
        metadata.Touch(time.GetUtcNow().ToUnixTimeMilliseconds());
        if (!await files.TryCommitAsync(name, state.Number + 1, metadata, cancellationToken))
        {
            return false;
        }

        published.State = state with { Number = state.Number + 1, Metadata = metadata };
        return true;
    }

    /// <summary>The versions that snapshots of a table are made of: their data files must stay.</summary>
    public async Task<IReadOnlySet<long>?> HeldAsync(DatasetName name, CancellationToken cancellationToken)
    {
        if (!IsPublished(name))
        {
            return new HashSet<long>();
        }

        try
        {
            var number = await files.FindNewestAsync(name, 0, cancellationToken);
            return number == 0 ? new HashSet<long>()
                : (await files.ReadMetadataAsync(name, number, cancellationToken)).Snapshots.Select(s => s.Version).OfType<long>().ToHashSet();
        }
        catch (LakehouseException error) when (error.Kind is ErrorKind.Damaged)
        {
            return null; // which ones it names is not known
        }
    }

    /// <summary>Reads which datasets are published.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var found = new HashSet<DatasetName>();
        await foreach (var page in store.ListPagesAsync(TableKeys.Marks, cancellationToken: cancellationToken))
        {
            foreach (var mark in page)
            {
                if (DatasetName.TryParse(mark.Key.Value[TableKeys.Marks.Length..], out var name, out _))
                {
                    found.Add(name);
                    _published.GetOrAdd(name, _ => new Published()).IsOn = true;
                }
            }
        }

        foreach (var (name, published) in _published.Where(p => p.Value.IsOn && !found.Contains(p.Key)))
        {
            using (await published.EnterAsync(cancellationToken))
            {
                // Somebody may have published it since the list was made.
                published.IsOn = await store.FindAsync(TableKeys.Mark(name), cancellationToken) is not null;
            }
        }
    }

    /// <summary>The datasets with versions that are no snapshots yet, as far as this process knows.</summary>
    public IReadOnlyList<DatasetName> FindBehind() =>
    [
        .. catalog.List().Where(d => IsPublished(d.Name) && StateOf(d.Name) is var known && (known is null || known.Tried < d.Version)).Select(d => d.Name),
    ];

    /// <summary>The datasets whose tables this process knows, dropped ones too.</summary>
    public IReadOnlyList<DatasetName> ListKnown() => [.. _published.Keys];

    /// <summary>Writes the versions that are missing. What a dataset cannot be published for is remembered as its fault, and not thrown.</summary>
    /// <exception cref="LakehouseException">Of the store.</exception>
    public async Task UpdateAsync(DatasetName name, CancellationToken cancellationToken)
    {
        using (await _published.GetOrAdd(name, _ => new Published()).EnterAsync(cancellationToken))
        {
            await UpdateInTurnAsync(name, cancellationToken);
        }
    }

    /// <summary>As <see cref="UpdateAsync"/>, for who is in turn.</summary>
    public async Task UpdateInTurnAsync(DatasetName name, CancellationToken cancellationToken)
    {
        var published = _published.GetOrAdd(name, _ => new Published());
        for (var tries = 1; IsPublished(name) && catalog.Find(name) is { IsView: false } dataset; tries++)
        {
            published.State = await LoadAsync(name, published.State, dataset, cancellationToken);
            if (IsTableOf(published.State.Metadata, name, dataset) && published.State.Version >= dataset.Version)
            {
                published.Tell(dataset.Version, null);
                return;
            }

            if (!PublishesAll && await store.FindAsync(TableKeys.Mark(name), cancellationToken) is null)
            {
                published.IsOn = false; // another process has ended it
                return;
            }

            if (lake.IsReader)
            {
                return; // a writer publishes it
            }

            try
            {
                if (await TryPublishAsync(name, dataset, published, cancellationToken) || tries >= TriesMax)
                {
                    return;
                }
            }
            catch (LakehouseException error) when (error.Kind is ErrorKind.Damaged && published.State.Metadata is not null)
            {
                // A manifest may be lost: the table is made again.
                LogMadeAgain(name.Value, error.Message);
                published.State = published.State with { Manifests = [], Metadata = null };
            }
            catch (LakehouseException error) when (error.Kind is ErrorKind.Damaged or ErrorKind.Conflict or ErrorKind.NotFound)
            {
                Tell(name, published, dataset.Version, error.Message);
                return;
            }
            catch (Exception error) when (error is not (LakehouseException or OperationCanceledException))
            {
                LogUnexpected(error, name.Value);
                Tell(name, published, dataset.Version, "it failed in a way that was not foreseen, and the log has the cause");
                return;
            }
        }
    }

    /// <summary>Removes objects that no snapshot needs, what was written by commits that were not the first, and the table of a dropped dataset.</summary>
    public async Task CollectAsync(DatasetName name, CancellationToken cancellationToken)
    {
        if (StateOf(name) is not { } published)
        {
            return;
        }

        // In turn with this process's own commits, whose files nothing names yet. Those of other processes are younger than the grace period.
        using (await published.EnterAsync(cancellationToken))
        {
            if (catalog.Find(name) is null)
            {
                // Another engine may be writing for a table that it will create under the name.
                await RemoveAllAsync(name, cancellationToken, o => o.LastModified < time.GetUtcNow() - options.CollectGrace);
                published.State = TableState.None;
                return;
            }

            await CollectUnneededAsync(name, cancellationToken);
        }
    }

    private async Task CollectUnneededAsync(DatasetName name, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - options.CollectGrace;
        var objects = await files.ListAsync(name, cancellationToken);
        var number = objects.Select(o => TableKeys.NumberOf(name, o.Key) ?? 0).DefaultIfEmpty(0).Max();
        if (number == 0)
        {
            return;
        }

        var metadata = await files.ReadMetadataAsync(name, number, cancellationToken);
        var needed = metadata.Log.Append(files.AddressOf(TableKeys.Metadata(name, number))).ToHashSet(StringComparer.Ordinal);
        needed.Add(files.AddressOf(TableKeys.Hint(name)));
        needed.UnionWith(metadata.StatisticsFiles);
        foreach (var snapshot in metadata.Snapshots)
        {
            needed.Add(snapshot.ManifestList);
            foreach (var manifest in await files.ReadListAsync(snapshot, cancellationToken))
            {
                needed.Add(manifest.Path);
            }
        }

        foreach (var unneeded in objects.Where(o => o.LastModified < before && !needed.Contains(files.AddressOf(o.Key))))
        {
            await files.DeleteAsync(unneeded.Key, cancellationToken);
        }
    }

    /// <summary>Removes a table's metadata, what finds it first.</summary>
    private async Task RemoveAllAsync(DatasetName name, CancellationToken cancellationToken, Func<ObjectInfo, bool>? others = null)
    {
        await files.DeleteAsync(TableKeys.Hint(name), cancellationToken);
        foreach (var found in (await files.ListAsync(name, cancellationToken)).OrderByDescending(o => TableKeys.NumberOf(name, o.Key) ?? 0))
        {
            if (TableKeys.NumberOf(name, found.Key) is not null || others?.Invoke(found) != false)
            {
                await files.DeleteAsync(found.Key, cancellationToken);
            }
        }
    }

    public void Dispose()
    {
        foreach (var published in _published.Values)
        {
            published.Dispose();
        }
    }

    private bool PublishesAll => catalogOptions.Publish.Count > 0;

    private static string CreatedAt(Manifest dataset) => dataset.CreatedAt.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture);

    private static Guid IdOf(Manifest dataset) => dataset.Table?.Id ?? DatasetId.Below(dataset.DatasetId, CreatedAt(dataset));

    private bool IsPublished(DatasetName name) => PublishesAll || StateOf(name) is { IsOn: true };

    private Published? StateOf(DatasetName name) => _published.GetValueOrDefault(name);

    /// <summary>Whether metadata is of this dataset, and not of one that had the name before, or of a bucket that has been moved.</summary>
    private bool IsTableOf(TableMetadata? metadata, DatasetName name, Manifest dataset) =>
        metadata is not null && metadata.Id == IdOf(dataset) && metadata.Location == files.LocationOf(name);

    private PublishedTable Describe(Manifest dataset)
    {
        var known = StateOf(dataset.Name);
        var state = known?.State is { } loaded && IsTableOf(loaded.Metadata, dataset.Name, dataset) ? loaded : TableState.None;
        return new PublishedTable(
            dataset.Name, dataset.Version, state.Version, state.Metadata?.Current?.Id,
            state.Number == 0 ? null : files.AddressOf(TableKeys.Metadata(dataset.Name, state.Number)), known?.Fault);
    }

    /// <summary>
    /// Reads the newest metadata, where another process has written some since. What cannot be read, or is of another place or another dataset, is as if it
    /// were not there, but for its number: the table is made again after it.
    /// </summary>
    private async Task<TableState> LoadAsync(DatasetName name, TableState known, Manifest dataset, CancellationToken cancellationToken)
    {
        var number = await files.FindNewestAsync(name, known.Number, cancellationToken);
        if (number == known.Number)
        {
            return known;
        }

        try
        {
            var metadata = await files.ReadMetadataAsync(name, number, cancellationToken);
            if (!IsTableOf(metadata, name, dataset))
            {
                return new TableState(number, null, []);
            }

            var held = new List<HeldManifest>();
            foreach (var manifest in metadata.Current is { } current ? await files.ReadListAsync(current, cancellationToken) : [])
            {
                var entries = await files.ReadManifestAsync(manifest, cancellationToken);
                held.Add(new HeldManifest(manifest, [.. entries.Where(e => e.IsLive).Select(e => e.Path)]));
            }

            await files.RepairHintAsync(name, number, cancellationToken);
            return new TableState(number, metadata, held);
        }
        catch (LakehouseException error) when (error.Kind is ErrorKind.Damaged)
        {
            LogMadeAgain(name.Value, error.Message);
            journal.Record("table_made_again", name.Value, $"Its Iceberg table could not be read and is made again: {error.Message}");
            return new TableState(number, null, []);
        }
    }

    /// <summary>Publishes up to the newest version. False when that is to be tried again.</summary>
    private async Task<bool> TryPublishAsync(DatasetName name, Manifest dataset, Published published, CancellationToken cancellationToken)
    {
        var state = published.State;
        var isSame = IsTableOf(state.Metadata, name, dataset);
        var metadata = isSame ? state.Metadata!.Copy() : TableMetadata.Create(IdOf(dataset), files.LocationOf(name));
        var builder = new SnapshotBuilder(name, files, options, metadata, isSame ? state.Manifests : []);
        foreach (var version in await MissingAsync(dataset, metadata, cancellationToken))
        {
            if (!FieldSchema.TryOf(version.Columns, version.Table?.FieldIds, out var schema, out var reason))
            {
                if (version.Version != dataset.Version)
                {
                    continue;
                }

                if (NearestOf(dataset) is not { } columns)
                {
                    Tell(name, published, dataset.Version, reason);
                    return true;
                }

                LogConverts(name.Value, reason);
                await Caller.RunAsync(Caller.Program, () => rows.ConvertAsync(dataset, columns, cancellationToken));
                return false;
            }

            if (await builder.TryTakeAsync(version, schema, cancellationToken))
            {
                continue;
            }

            var unfit = await builder.FindUnfitAsync(version, schema, cancellationToken);
            if (unfit.Count == 0)
            {
                await builder.AddAsync(version, schema, cancellationToken);
            }
            else if (version.Version == dataset.Version)
            {
                return await RewriteAsync(name, dataset, unfit, published, cancellationToken);
            }
        }

        Retain(metadata);
        if (isSame)
        {
            metadata.AddLog(files.AddressOf(TableKeys.Metadata(name, state.Number)), state.Metadata!.UpdatedAt, options.KeepMetadata);
        }

        metadata.SetProperty(CreatedProperty, CreatedAt(dataset));
        SetDefaults(metadata);
        if (!await files.TryCommitAsync(name, state.Number + 1, metadata, cancellationToken))
        {
            return false; // another process was faster; what it has written is read
        }

        published.State = new TableState(state.Number + 1, metadata, builder.Manifests);
        published.Tell(dataset.Version, null);
        return catalog.Find(name)?.Version == dataset.Version;
    }

    private static void SetDefaults(TableMetadata metadata)
    {
        foreach (var (property, value) in Defaults)
        {
            metadata.SetProperty(property, metadata.Property(property) ?? value);
        }
    }

    /// <summary>The columns that a dataset can have for it; null where it has them already, where there are none, or where its statement makes it.</summary>
    private static IReadOnlyList<DatasetColumn>? NearestOf(Manifest dataset) =>
        !dataset.IsDerived && FieldSchema.Nearest(dataset.Columns) is { } columns && !columns.SequenceEqual(dataset.Columns)
        && FieldSchema.TryOf(columns, dataset.Table?.FieldIds, out _, out _)
            ? columns
            : null;

    /// <summary>The versions that are no snapshots yet, as far as they are kept, in order.</summary>
    private async Task<IReadOnlyList<Manifest>> MissingAsync(Manifest dataset, TableMetadata metadata, CancellationToken cancellationToken)
    {
        if (metadata.Current?.Version is not { } last || dataset.Version <= last + 1)
        {
            return [dataset]; // a table begins with the version of now
        }

        var count = (int)Math.Min(options.MaxSnapshots, dataset.Version - last - 1);
        var (versions, _) = await history.ListAsync(dataset.Name, dataset.Version, count, cancellationToken);
        return [.. versions.Where(v => v.Version > last && !v.IsDropped && v.CreatedAt == dataset.CreatedAt).OrderBy(v => v.Version), dataset];
    }

    /// <summary>Has files written again that other engines would misread. The version that comes of it is the next to publish.</summary>
    private async Task<bool> RewriteAsync(
        DatasetName name, Manifest dataset, IReadOnlyList<(DataFile File, string Fault)> unfit, Published published, CancellationToken cancellationToken)
    {
        if (published.Rewritten >= dataset.RowsVersion)
        {
            Tell(
                name, published, dataset.Version,
                $"{unfit.Count} of its data files cannot be read by others, and writing them again did not mend it: {unfit[0].Fault}");
            return true;
        }

        published.Rewritten = dataset.RowsVersion;
        LogRewrites(name.Value, unfit.Count, unfit[0].Fault);
        foreach (var (file, _) in unfit)
        {
            // Others may have changed the dataset meanwhile; a file that is not there any more needs nothing.
            if (catalog.Find(name) is { } current && current.Objects.Any(o => o.Key == file.Key))
            {
                await Caller.RunAsync(Caller.Program, () => rows.RewriteAsync(current, file, cancellationToken));
            }
        }

        return false;
    }

    /// <summary>Leaves out snapshots that need not be kept.</summary>
    private void Retain(TableMetadata metadata)
    {
        var due = (time.GetUtcNow() - options.KeepFor).ToUnixTimeMilliseconds();
        var snapshots = metadata.Snapshots;
        var gone = new HashSet<long>();
        var named = metadata.RefIds.ToHashSet();
        for (var i = 0; i < snapshots.Count - 1; i++)
        {
            // A snapshot was the newest one until the next came.
            var age = snapshots.Count - i;
            if (named.Contains(snapshots[i].Id))
            {
                continue; // by a tag
            }

            if (age > options.MaxSnapshots || (age > options.KeepSnapshots && snapshots[i + 1].Time < due))
            {
                gone.Add(snapshots[i].Id);
            }
        }

        metadata.Remove(gone);
    }

    private void Tell(DatasetName name, Published published, long version, string fault)
    {
        if (published.Fault != fault)
        {
            LogNotPublished(name.Value, version, fault);
            journal.Record("not_published", name.Value, $"Version {version} is no Iceberg snapshot: {fault}.");
        }

        published.Tell(version, fault);
    }

    [LoggerMessage(EventId = 9001, Level = LogLevel.Warning, Message = "Version {Version} of {Dataset} is no Iceberg snapshot: {Fault}")]
    private partial void LogNotPublished(string dataset, long version, string fault);

    [LoggerMessage(EventId = 9003, Level = LogLevel.Warning, Message = "The Iceberg table of {Dataset} is made again: {Reason}")]
    private partial void LogMadeAgain(string dataset, string reason);

    [LoggerMessage(EventId = 9004, Level = LogLevel.Error, Message = "{Dataset} could not be published")]
    private partial void LogUnexpected(Exception error, string dataset);

    [LoggerMessage(EventId = 9005, Level = LogLevel.Information, Message = "{Dataset} gets types that Iceberg has: {Reason}")]
    private partial void LogConverts(string dataset, string reason);

    [LoggerMessage(EventId = 9002, Level = LogLevel.Information, Message = "{Count} data files of {Dataset} are written again for other engines: {Fault}")]
    private partial void LogRewrites(string dataset, int count, string fault);

    /// <summary>What this process knows of a table.</summary>
    private sealed class Published : IDisposable
    {
        private readonly SemaphoreSlim _turn = new(1);

        /// <summary>Whether somebody has asked for it.</summary>
        public volatile bool IsOn;

        public TableState State { get; set; } = TableState.None;

        /// <summary>The newest version that was tried.</summary>
        public long Tried { get; private set; }

        public string? Fault { get; private set; }

        /// <summary>The version whose files were written again, which does not help twice.</summary>
        public long Rewritten { get; set; }

        public void Tell(long version, string? fault) => (Tried, Fault) = (version, fault);

        public async Task<Turn> EnterAsync(CancellationToken cancellationToken)
        {
            await _turn.WaitAsync(cancellationToken);
            return new Turn(_turn);
        }

        public void Dispose() => _turn.Dispose();
    }

    private readonly struct Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
