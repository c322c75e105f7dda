using System.Text.Json;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Lakehouse.Hnsw;
using Lakehouse.Hnsw.Memory;
using Lakehouse.Storage;
using Lakehouse.Vector.Internal.Index;
using Lakehouse.Vector.Internal.Logs;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>Opens indexes in the bucket, each from its newest snapshot and the log after it.</summary>
internal sealed partial class IndexLoader(
    IObjectStore store, IndexStore indexes, LakeOptions lake, IJournal journal, ILogger<IndexLoader> logger, IOwnerRecordReader? owners = null)
{
    private const int Attempts = 20;

    private readonly IndexFiles _files = indexes.Files;

    /// <summary>Opens all indexes; one that cannot be read is opened as damaged, with its error. Completes deletions that were interrupted.</summary>
    /// <param name="loaded">Called with each index.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task LoadAllAsync(Action<DurableIndex> loaded, CancellationToken cancellationToken)
    {
        foreach (var stored in await ListAsync(cancellationToken))
        {
            if (stored.IsDeleted)
            {
                if (!lake.IsReader)
                {
                    await _files.PurgeAsync(stored.Name, cancellationToken);
                }
            }
            else if (stored.Definition is not null)
            {
                try
                {
                    loaded(await LoadAsync(stored.Name, stored.Tags, 0, cancellationToken));
                }
                catch (LakehouseException gone) when (gone.Kind == ErrorKind.NotFound)
                {
                    // Another process has deleted it since the listing.
                }
            }
            else
            {
                LogWithoutDefinition(VectorKeys.Folder(stored.Name));
            }
        }
    }

    /// <summary>What the bucket has, with the objects of each index.</summary>
    public async Task<List<StoredIndex>> ListAsync(CancellationToken cancellationToken)
    {
        var stored = new List<StoredIndex>();
        var folders = (await store.ListAllAsync(VectorKeys.Root, cancellationToken)).GroupBy(o => o.Key.Value.Split('/')[1], StringComparer.Ordinal);
        foreach (var folder in folders.Where(f => f.Key[0] != '_'))
        {
            try
            {
                stored.Add(new StoredIndex(IndexName.Parse(folder.Key), [.. folder]));
            }
            catch (LakehouseException error)
            {
                LogDamaged(error, VectorKeys.Root + folder.Key);
            }
        }

        return stored;
    }

    /// <summary>The objects of one index.</summary>
    public async Task<StoredIndex> ListAsync(IndexName name, CancellationToken cancellationToken) =>
        new(name, await store.ListAllAsync(VectorKeys.Folder(name), cancellationToken));

    /// <summary>Opens one index, also one that is damaged.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tags">What identifies its objects.</param>
    /// <param name="replacedBytes">The memory of the same index, which is given back when this one is open.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<DurableIndex> LoadAsync(IndexName name, IndexTags tags, long replacedBytes, CancellationToken cancellationToken)
    {
        var key = VectorKeys.Definition(name);
        IndexDefinition definition;
        VectorIndexSpec spec;
        try
        {
            // With its own ETag: the index may have been made again after the listing.
            var opened = await store.OpenAsync(key, cancellationToken) ?? throw VectorErrors.NotFound(name);
            tags = tags with { Definition = opened.Info.ETag };
            definition = JsonSerializer.Deserialize<IndexDefinition>(await opened.ReadToEndAsync(IndexFiles.SmallObjectMax, cancellationToken), FileHeader.Json)
                ?? throw new InvalidDataException("it is empty");
            spec = definition.ToSpec(name);
            if (definition.FormatVersion != IndexDefinition.Version || SpecRules.FindError(spec) is not null)
            {
                throw new InvalidDataException("its format or a parameter is not supported by this program");
            }
        }
        catch (Exception error) when (error is JsonException or InvalidDataException)
        {
            LogDamaged(error, key.Value);
            var unknown = new VectorIndexSpec(name, 0, Metric.Cosine, Quantization.None, 0, 0, 0);
            return Damaged(IndexDefinition.From(unknown, default), unknown, tags, $"the object {key} is damaged: {error.Message}.");
        }

        return await LoadAsync(definition, spec, tags, replacedBytes, cancellationToken);
    }

    /// <summary>Reads the record of the module that fills an index; null where there is none.</summary>
    public Task<IOwnerRecord?> ReadOwnerAsync(IndexName name, Guid generation, CancellationToken cancellationToken) =>
        _files.ReadOwnerAsync(name, generation, owners, cancellationToken);

    /// <summary>Opens an index. Retries when its files have changed since they were listed: another process that compacts the log deletes some.</summary>
    private async Task<DurableIndex> LoadAsync(
        IndexDefinition definition, VectorIndexSpec spec, IndexTags tags, long replacedBytes, CancellationToken cancellationToken)
    {
        var listed = await _files.ListAsync(spec.Name, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var index = await LoadOnceAsync(definition, spec, tags, listed, replacedBytes, cancellationToken);
            if (index.Error is null)
            {
                return index;
            }

            if (index.IsPassing)
            {
                return index;
            }

            var now = await _files.ListAsync(spec.Name, cancellationToken);
            if (attempt == Attempts || now.Log.SequenceEqual(listed.Log))
            {
                journal.Record("index_damaged", spec.Name.Value, $"The vector index cannot be used: {index.Error}");
                return index;
            }

            index.Dispose();
            listed = now;
        }
    }

    private async Task<DurableIndex> LoadOnceAsync(
        IndexDefinition definition, VectorIndexSpec spec, IndexTags tags, StoredIndex listed, long replacedBytes, CancellationToken cancellationToken)
    {
        var name = spec.Name;
        var options = indexes.Options;
        var snapshot = await _files.FindSnapshotAsync(listed, definition.Generation, cancellationToken);
        var reading = VectorKeys.Snapshot(name, snapshot);
        VectorIndex? memory = null;
        IndexLog? log = null;
        try
        {
            long snapshotBytes = 0;
            LogPosition position = default;
            if (snapshot > 0)
            {
                var content = await store.OpenAsync(reading, cancellationToken) ?? throw new InvalidDataException("it does not exist any more");
                await using var stream = content.Stream;
                snapshotBytes = content.Info.SizeBytes;
                (memory, position) = await Task.Run(
                    () => SnapshotReader.Read(stream, spec, definition.Generation, snapshot, RequireMemory, options.GraphSeed, cancellationToken),
                    cancellationToken);
            }

            memory ??= new VectorIndex(spec, options.GraphSeed);
            reading = VectorKeys.Owner(name);
            var index = new DurableIndex(definition, spec, memory, null, indexes, options.BuildThreads)
            {
                Tags = tags,
                Owner = await ReadOwnerAsync(name, definition.Generation, cancellationToken),
            };
            index.Order.SnapshotBytes = snapshotBytes;
            index.Order.MoveTo(position, 0);
            log = new IndexLog(name, definition.Generation, spec.Dimension, indexes, index.Order);
            var changes = 0;
            if (await log.ReadToEndAsync(listed, Replay, cancellationToken) == LogState.Replaced)
            {
                throw new InvalidDataException("it does not exist any more");
            }

            LogOpened(name.Value, memory.Count, changes);
            return index;

            Task Replay(LogEntry entry)
            {
                changes++;
                Apply(memory, entry);
                return Task.CompletedTask;
            }
        }
        catch (OperationCanceledException)
        {
            memory?.Dispose();
            throw;
        }
        catch (Exception error) when (error is InvalidDataException or LakehouseException or OffHeapException)
        {
            memory?.Dispose();
            reading = log is null ? reading : VectorKeys.Log(name, log.Reading);
            LogDamaged(error, reading.Value);
            return Damaged(
                definition,
                spec,
                tags,
                error is LakehouseException or OffHeapException ? error.Message : $"the object {reading} is damaged: {error.Message}.",
                error is LakehouseException { Kind: ErrorKind.Upstream or ErrorKind.Timeout or ErrorKind.Busy or ErrorKind.StoreFailed });
        }

        void RequireMemory(long bytes) => indexes.Budget.Require(bytes - replacedBytes);

        void Apply(VectorIndex memory, LogEntry entry)
        {
            if (entry.Added is { } batch)
            {
                RequireMemory(memory.SizeBytes + memory.EstimateBytes(batch));
                memory.Add(batch, options.BuildThreads, () => { });
            }
            else
            {
                memory.Remove(entry.Removed!);
            }
        }
    }

    private DurableIndex Damaged(IndexDefinition definition, VectorIndexSpec spec, IndexTags tags, string reason, bool isPassing = false) =>
        new(definition, spec, null, reason, indexes, indexes.Options.BuildThreads) { Tags = tags, IsPassing = isPassing };

    [LoggerMessage(
        EventId = 6001, Level = LogLevel.Information, Message = "Opened the vector index {Index} with {Items} items, {Changes} changes from its log")]
    private partial void LogOpened(string index, int items, int changes);

    [LoggerMessage(
        EventId = 6002, Level = LogLevel.Error, Message = "The object {Key} of a vector index cannot be used; it is left as it is, and the other indexes work")]
    private partial void LogDamaged(Exception error, string key);

    [LoggerMessage(
        EventId = 6003, Level = LogLevel.Warning, Message = "Below {Prefix} are objects of a vector index without a definition; they are left as they are")]
    private partial void LogWithoutDefinition(string prefix);
}
