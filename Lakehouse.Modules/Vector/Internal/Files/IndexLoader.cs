using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Lakehouse.Hnsw;
using Lakehouse.Hnsw.Memory;
using Lakehouse.Storage;
using Lakehouse.Vector.Internal.Index;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>Opens the indexes in the bucket, each from its newest snapshot and the log after it.</summary>
internal sealed partial class IndexLoader(
    IObjectStore store, IndexFiles files, IJournal journal, VectorOptions options, ILogger<IndexLoader> logger, IOwnerRecordReader? owners = null)
{
    private const int Attempts = 20;
    private const long LogObjectMax = int.MaxValue - 1024;

    /// <summary>Opens all indexes; one that cannot be read is opened as damaged, with its error. Completes deletions that were interrupted.</summary>
    /// <param name="loaded">Called with each index.</param>
    /// <param name="requireMemory">Called with the bytes that an index is about to use in all; throws where the memory limit does not allow them.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task LoadAllAsync(Action<DurableIndex> loaded, Action<long> requireMemory, CancellationToken cancellationToken)
    {
        var folders = (await store.ListAllAsync(VectorKeys.Root, cancellationToken)).GroupBy(o => o.Key.Value.Split('/')[1], StringComparer.Ordinal);
        foreach (var folder in folders.Where(f => f.Key[0] != '_').ToList())
        {
            IndexName name;
            try
            {
                name = IndexName.Parse(folder.Key);
            }
            catch (LakehouseException error)
            {
                LogDamaged(error, VectorKeys.Root + folder.Key);
                continue;
            }

            if (folder.Any(o => o.Key == VectorKeys.Tombstone(name)))
            {
                await files.PurgeAsync(name, cancellationToken);
            }
            else if (folder.Any(o => o.Key == VectorKeys.Definition(name)))
            {
                loaded(await LoadAsync(name, requireMemory, cancellationToken));
            }
            else
            {
                LogWithoutDefinition(VectorKeys.Folder(name));
            }
        }
    }

    private async Task<DurableIndex> LoadAsync(IndexName name, Action<long> requireMemory, CancellationToken cancellationToken)
    {
        var key = VectorKeys.Definition(name);
        IndexDefinition definition;
        VectorIndexSpec spec;
        try
        {
            definition = JsonSerializer.Deserialize<IndexDefinition>(
                await store.ReadSmallAsync(key, IndexFiles.SmallObjectMax, cancellationToken), FileHeader.Json)
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
            return Damaged(IndexDefinition.From(unknown, default), unknown, $"the object {key} is damaged: {error.Message}.");
        }

        return await LoadAsync(definition, spec, requireMemory, cancellationToken);
    }

    /// <summary>Opens an index. Retries when its files have changed since they were listed: another process that compacts the log deletes some.</summary>
    private async Task<DurableIndex> LoadAsync(
        IndexDefinition definition, VectorIndexSpec spec, Action<long> requireMemory, CancellationToken cancellationToken)
    {
        var listed = await files.ListAsync(spec.Name, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var index = await LoadOnceAsync(definition, spec, listed, requireMemory, cancellationToken);
            if (index.Error is null)
            {
                return index;
            }

            var now = await files.ListAsync(spec.Name, cancellationToken);
            if (attempt == Attempts || now.SequenceEqual(listed))
            {
                journal.Record("index_damaged", spec.Name.Value, $"The vector index cannot be used: {index.Error}");
                return index;
            }

            index.Dispose();
            listed = now;
        }
    }

    private async Task<DurableIndex> LoadOnceAsync(
        IndexDefinition definition,
        VectorIndexSpec spec,
        List<(ObjectKey Key, bool IsSnapshot, long Sequence)> listed,
        Action<long> requireMemory,
        CancellationToken cancellationToken)
    {
        var name = spec.Name;
        var snapshot = listed.Where(f => f.IsSnapshot).Select(f => f.Sequence).DefaultIfEmpty(0).Max();
        var log = listed.Where(f => !f.IsSnapshot && f.Sequence > snapshot).OrderBy(f => f.Sequence).ToList();
        var reading = VectorKeys.Snapshot(name, snapshot);
        VectorIndex? memory = null;
        try
        {
            long snapshotBytes = 0;
            if (snapshot > 0)
            {
                var content = await store.OpenAsync(reading, cancellationToken) ?? throw new InvalidDataException("it does not exist any more");
                await using var stream = content.Stream;
                snapshotBytes = content.Info.SizeBytes;
                memory = await Task.Run(
                    () => SnapshotReader.Read(stream, spec, definition.Generation, snapshot, requireMemory, options.GraphSeed, cancellationToken),
                    cancellationToken);
            }

            memory ??= new VectorIndex(spec, options.GraphSeed);
            reading = VectorKeys.Owner(name);
            var index = new DurableIndex(name, definition, spec, memory, null, files, options.BuildThreads)
            {
                Owner = await files.ReadOwnerAsync(name, definition.Generation, owners, cancellationToken),
            };
            index.Order.SnapshotBytes = snapshotBytes;
            foreach (var (key, _, sequence) in log)
            {
                reading = key;
                var content = await store.ReadSmallAsync(key, LogObjectMax, cancellationToken);
                Replay(memory, LogCodec.Decode(content, definition.Generation, sequence, spec.Dimension), requireMemory);
                index.Order.AddToLog(sequence, content.Length);
            }

            index.Order.Restore(log.Count > 0 ? log[^1].Sequence : snapshot, snapshot);
            await DeleteCompactedAsync(listed, snapshot, cancellationToken);
            LogOpened(name.Value, memory.Count, log.Count);
            return index;
        }
        catch (OperationCanceledException)
        {
            memory?.Dispose();
            throw;
        }
        catch (Exception error) when (error is InvalidDataException or LakehouseException or OffHeapException)
        {
            memory?.Dispose();
            LogDamaged(error, reading.Value);
            return Damaged(
                definition,
                spec,
                error is LakehouseException or OffHeapException ? error.Message : $"the object {reading} is damaged: {error.Message}.");
        }
    }

    private DurableIndex Damaged(IndexDefinition definition, VectorIndexSpec spec, string reason) =>
        new(spec.Name, definition, spec, null, reason, files, options.BuildThreads);

    private void Replay(VectorIndex memory, LogEntry entry, Action<long> requireMemory)
    {
        if (entry.Added is { } batch)
        {
            requireMemory(memory.SizeBytes + memory.EstimateBytes(batch));
            memory.Add(batch, options.BuildThreads, () => { });
        }
        else
        {
            memory.Remove(entry.Removed!);
        }
    }

    /// <summary>Deletes the files that the snapshot replaces, which are left when a process ended after it wrote the snapshot.</summary>
    private async Task DeleteCompactedAsync(List<(ObjectKey Key, bool IsSnapshot, long Sequence)> listed, long snapshot, CancellationToken cancellationToken)
    {
        foreach (var (key, _, _) in listed.Where(f => f.Sequence < snapshot || (f.Sequence == snapshot && !f.IsSnapshot)).OrderByDescending(f => f.IsSnapshot))
        {
            await store.DeleteAsync(key, cancellationToken);
        }
    }

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
