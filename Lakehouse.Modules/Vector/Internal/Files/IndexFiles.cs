using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Lakehouse.Storage;
using Lakehouse.Vector.Internal.Index;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>
/// The objects of the indexes in the bucket. An index exists from the moment its definition is there until its tombstone is. Objects are written once
/// and never changed, but for aliases, which are replaced whole.
/// </summary>
internal sealed partial class IndexFiles(IObjectStore store, IScratchSpace scratch, IJournal journal, ILogger<IndexFiles> logger)
{
    private const int Page = 1_000;
    private const int OpenAttempts = 5;
    private const long SmallObjectMax = 1024 * 1024;
    private const long LogObjectMax = int.MaxValue - 1024;

    /// <summary>Writes a definition. False: the name is taken.</summary>
    /// <exception cref="LakehouseException"><c>index_remains</c> (<see cref="ErrorKind.Conflict"/>): objects of an index without a definition are there.</exception>
    public async Task<bool> CreateAsync(IndexName name, IndexDefinition definition, CancellationToken cancellationToken)
    {
        var there = await store.ListAsync(VectorKeys.Folder(name), string.Empty, 1, cancellationToken);
        if (there.Objects.Count > 0 && await store.FindAsync(VectorKeys.Definition(name), cancellationToken) is null)
        {
            throw new LakehouseException(
                ErrorKind.Conflict, "index_remains", $"Objects below '{VectorKeys.Folder(name)}' belong to an index whose definition is gone. Choose another name, or remove them by hand.");
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(definition, FileHeader.Json);
        return await store.PutIfAbsentAsync(VectorKeys.Definition(name), json, cancellationToken) is not null;
    }

    /// <summary>Deletes an index. Once the tombstone is written it is deleted, whatever becomes of the rest; the next start goes on.</summary>
    public async Task DeleteAsync(IndexName name, Func<Task> deleted, CancellationToken cancellationToken)
    {
        await store.PutIfAbsentAsync(VectorKeys.Tombstone(name), ReadOnlyMemory<byte>.Empty, cancellationToken);
        await deleted();
        await PurgeAsync(name, CancellationToken.None);
    }

    /// <summary>Makes a change durable.</summary>
    /// <returns>The size of its object.</returns>
    /// <exception cref="LakehouseException"><c>index_shared</c> (<see cref="ErrorKind.Conflict"/>): another process writes this index.</exception>
    public async Task<long> AppendAsync(OpenIndex open, LogEntry entry, long sequence)
    {
        var content = LogCodec.Encode(entry, open.Definition.Generation, sequence, open.Spec.Dimension);
        _ = await store.PutIfAbsentAsync(VectorKeys.Log(open.Name, sequence), content, CancellationToken.None)
            ?? throw new LakehouseException(
                ErrorKind.Conflict, "index_shared", $"Another process has changed the index '{open.Name}'. Only one process at a time can write an index; restart this one to see the changes.");
        return content.Length;
    }

    /// <summary>Replaces what is known of where an index's items come from.</summary>
    public async Task SetOriginAsync(OpenIndex open, VectorOrigin? origin, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new OriginFile(1, open.Definition.Generation, origin), FileHeader.Json);
        await store.PutAsync(VectorKeys.Origin(open.Name), new MemoryStream(json), SmallObjectMax, cancellationToken);
    }

    /// <summary>Reads where an index's items come from; null when nothing says so.</summary>
    /// <exception cref="InvalidDataException">It cannot be read: whose rows the items are, and who may change them, is then unknown.</exception>
    private async Task<VectorOrigin?> ReadOriginAsync(IndexName name, Guid generation, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(VectorKeys.Origin(name), cancellationToken) is null)
        {
            return null;
        }

        try
        {
            var file = JsonSerializer.Deserialize<OriginFile>(await ReadAsync(VectorKeys.Origin(name), SmallObjectMax, cancellationToken), FileHeader.Json);
            return file is { FormatVersion: 1 } && file.Generation == generation ? file.Origin : throw new InvalidDataException("it belongs to another index or format");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException("it is no JSON of this form", fault);
        }
    }

    /// <summary>Folds the log of an index into a snapshot, and deletes what it replaces.</summary>
    public async Task FoldAsync(OpenIndex open, int threadCount, CancellationToken cancellationToken)
    {
        long sequence = 0;
        using var folder = scratch.Create();
        var path = Path.Combine(folder.Path, "snapshot");
        await Task.Run(
            () =>
            {
                using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
                using var writer = new SnapshotWriter(open.Index, file, open.Definition.Generation);
                open.Index.Compact(threadCount, () =>
                {
                    sequence = open.Order.Applied;
                    writer.WriteGraph(sequence);
                });
                writer.WriteItems(cancellationToken);
            },
            cancellationToken);
        var stored = await store.ImportAsync(VectorKeys.Snapshot(open.Name, sequence), path, cancellationToken);
        open.Order.SnapshotBytes = stored.SizeBytes;

        // The snapshots before it first: as long as an older one is there, every change since it is, too.
        foreach (var (key, isSnapshot, older) in await ListAsync(open.Name, cancellationToken))
        {
            if (isSnapshot && older < sequence)
            {
                await store.DeleteAsync(key, cancellationToken);
            }
        }

        foreach (var folded in open.Order.LogUpTo(sequence))
        {
            await store.DeleteAsync(VectorKeys.Log(open.Name, folded), cancellationToken);
            open.Order.RemoveFromLog(folded);
        }

        LogFolded(open.Name.Value, sequence, stored.SizeBytes);
    }

    /// <summary>Points an alias at an index.</summary>
    public async Task SetAliasAsync(IndexName alias, IndexName target, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new AliasFile(target.Value), FileHeader.Json);
        await store.PutAsync(VectorKeys.Alias(alias), new MemoryStream(json), SmallObjectMax, cancellationToken);
    }

    public Task DeleteAliasAsync(IndexName alias, CancellationToken cancellationToken) => store.DeleteAsync(VectorKeys.Alias(alias), cancellationToken);

    /// <summary>Reads all aliases. One that cannot be read is left out, with an error in the log.</summary>
    public async Task<Dictionary<string, IndexName>> ReadAliasesAsync(CancellationToken cancellationToken)
    {
        var aliases = new Dictionary<string, IndexName>(StringComparer.Ordinal);
        foreach (var found in await ListAllAsync(VectorKeys.AliasRoot, cancellationToken))
        {
            try
            {
                var alias = IndexName.Parse(found.Key.Value[VectorKeys.AliasRoot.Length..].Replace(".json", string.Empty, StringComparison.Ordinal));
                var file = JsonSerializer.Deserialize<AliasFile>(await ReadAsync(found.Key, SmallObjectMax, cancellationToken), FileHeader.Json);
                aliases[alias.Value] = IndexName.Parse(file?.Index);
            }
            catch (Exception fault) when (fault is JsonException or LakehouseException or InvalidDataException)
            {
                LogDamaged(fault, found.Key.Value);
            }
        }

        return aliases;
    }

    /// <summary>Opens every index there is; one that cannot be read is there with its fault. Deletions that were begun are ended.</summary>
    /// <param name="opened">Takes each index.</param>
    /// <param name="reserve">Called with the memory that an index is about to come to; throws where there is not so much.</param>
    /// <param name="threadCount">Threads to link changes of the log with.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task OpenAllAsync(Action<OpenIndex> opened, Action<long> reserve, int threadCount, CancellationToken cancellationToken)
    {
        var folders = (await ListAllAsync(VectorKeys.Root, cancellationToken)).GroupBy(o => o.Key.Value.Split('/')[1], StringComparer.Ordinal);
        foreach (var folder in folders.Where(f => f.Key[0] != '_').ToList())
        {
            IndexName name;
            try
            {
                name = IndexName.Parse(folder.Key);
            }
            catch (LakehouseException fault)
            {
                LogDamaged(fault, VectorKeys.Root + folder.Key);
                continue;
            }

            if (folder.Any(o => o.Key == VectorKeys.Tombstone(name)))
            {
                await PurgeAsync(name, cancellationToken);
            }
            else if (folder.Any(o => o.Key == VectorKeys.Definition(name)))
            {
                opened(await OpenAsync(name, reserve, threadCount, cancellationToken));
            }
            else
            {
                LogWithoutDefinition(VectorKeys.Folder(name));
            }
        }
    }

    private async Task<OpenIndex> OpenAsync(IndexName name, Action<long> reserve, int threadCount, CancellationToken cancellationToken)
    {
        var key = VectorKeys.Definition(name);
        IndexDefinition definition;
        VectorIndexSpec spec;
        try
        {
            definition = JsonSerializer.Deserialize<IndexDefinition>(await ReadAsync(key, SmallObjectMax, cancellationToken), FileHeader.Json)
                ?? throw new InvalidDataException("it is empty");
            spec = definition.ToSpec(name);
            if (definition.FormatVersion != IndexDefinition.Version || SpecRules.FindFault(spec) is not null)
            {
                throw new InvalidDataException("it says what no index of this program can be");
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidDataException)
        {
            LogDamaged(fault, key.Value);
            var unknown = new VectorIndexSpec(name, 0, Metric.Cosine, Quantization.None, 0, 0, 0);
            return new OpenIndex(name, IndexDefinition.From(unknown, default), unknown, null, $"the object {key} is damaged: {fault.Message}.");
        }

        return await OpenAsync(name, definition, spec, reserve, threadCount, cancellationToken);
    }

    /// <summary>Snapshot plus log. Another process that folds the log meanwhile takes files away after they were listed: then there are others to read.</summary>
    private async Task<OpenIndex> OpenAsync(
        IndexName name, IndexDefinition definition, VectorIndexSpec spec, Action<long> reserve, int threadCount, CancellationToken cancellationToken)
    {
        var files = await ListAsync(name, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var open = await OpenOnceAsync(name, definition, spec, files, reserve, threadCount, cancellationToken);
            if (open.Fault is null)
            {
                return open;
            }

            var now = await ListAsync(name, cancellationToken);
            if (attempt == OpenAttempts || now.SequenceEqual(files))
            {
                journal.Record("index_damaged", name.Value, $"The vector index cannot be used: {open.Fault}");
                return open;
            }

            open.Dispose();
            files = now;
        }
    }

    private async Task<OpenIndex> OpenOnceAsync(
        IndexName name,
        IndexDefinition definition,
        VectorIndexSpec spec,
        List<(ObjectKey Key, bool IsSnapshot, long Sequence)> files,
        Action<long> reserve,
        int threadCount,
        CancellationToken cancellationToken)
    {
        var snapshot = files.Where(f => f.IsSnapshot).Select(f => f.Sequence).DefaultIfEmpty(0).Max();
        var log = files.Where(f => !f.IsSnapshot && f.Sequence > snapshot).OrderBy(f => f.Sequence).ToList();
        var reading = VectorKeys.Snapshot(name, snapshot);
        VectorIndex? index = null;
        try
        {
            long snapshotBytes = 0;
            if (snapshot > 0)
            {
                var content = await store.OpenAsync(reading, cancellationToken) ?? throw new InvalidDataException("it is gone");
                await using var stream = content.Stream;
                snapshotBytes = content.Info.SizeBytes;
                index = await Task.Run(() => SnapshotReader.Read(stream, spec, definition.Generation, snapshot, reserve), cancellationToken);
            }

            index ??= new VectorIndex(spec);
            reading = VectorKeys.Origin(name);
            var open = new OpenIndex(name, definition, spec, index, null) { Origin = await ReadOriginAsync(name, definition.Generation, cancellationToken) };
            open.Order.SnapshotBytes = snapshotBytes;
            foreach (var (key, _, sequence) in log)
            {
                reading = key;
                var content = await ReadAsync(key, LogObjectMax, cancellationToken);
                Replay(index, LogCodec.Decode(content, definition.Generation, sequence, spec.Dimension), reserve, threadCount);
                open.Order.AddToLog(sequence, content.Length);
            }

            open.Order.Restore(log.Count > 0 ? log[^1].Sequence : snapshot);
            await DeleteFoldedAsync(files, snapshot, cancellationToken);
            LogOpened(name.Value, index.Count, log.Count);
            return open;
        }
        catch (Exception fault) when (fault is InvalidDataException or LakehouseException)
        {
            index?.Dispose();
            LogDamaged(fault, reading.Value);
            var reason = fault is LakehouseException refused ? refused.Message : $"the object {reading} is damaged: {fault.Message}.";
            return new OpenIndex(name, definition, spec, null, reason);
        }
    }

    private static void Replay(VectorIndex index, LogEntry entry, Action<long> reserve, int threadCount)
    {
        if (entry.Added is { } batch)
        {
            reserve(index.SizeBytes + index.EstimateBytes(batch));
            index.Add(batch, threadCount, () => { });
        }
        else
        {
            index.Remove(entry.Removed!);
        }
    }

    /// <summary>What a crash has left behind between a snapshot and the deletion of what it replaces.</summary>
    private async Task DeleteFoldedAsync(List<(ObjectKey Key, bool IsSnapshot, long Sequence)> files, long snapshot, CancellationToken cancellationToken)
    {
        foreach (var (key, _, _) in files.Where(f => f.Sequence < snapshot || (f.Sequence == snapshot && !f.IsSnapshot)).OrderByDescending(f => f.IsSnapshot))
        {
            await store.DeleteAsync(key, cancellationToken);
        }
    }

    private async Task PurgeAsync(IndexName name, CancellationToken cancellationToken)
    {
        foreach (var found in await ListAllAsync(VectorKeys.Folder(name), cancellationToken))
        {
            if (found.Key != VectorKeys.Tombstone(name))
            {
                await store.DeleteAsync(found.Key, cancellationToken);
            }
        }

        await store.DeleteAsync(VectorKeys.Tombstone(name), cancellationToken);
    }

    private async Task<List<(ObjectKey Key, bool IsSnapshot, long Sequence)>> ListAsync(IndexName name, CancellationToken cancellationToken)
    {
        var files = new List<(ObjectKey, bool, long)>();
        foreach (var found in await ListAllAsync(VectorKeys.Folder(name), cancellationToken))
        {
            if (VectorKeys.TryParse(found.Key, name, out var isSnapshot, out var sequence))
            {
                files.Add((found.Key, isSnapshot.Value, sequence));
            }
        }

        return files;
    }

    private async Task<List<ObjectInfo>> ListAllAsync(string prefix, CancellationToken cancellationToken)
    {
        var all = new List<ObjectInfo>();
        ObjectPage page;
        do
        {
            page = await store.ListAsync(prefix, all.Count > 0 ? all[^1].Key.Value : string.Empty, Page, cancellationToken);
            all.AddRange(page.Objects);
        }
        while (page.IsTruncated);
        return all;
    }

    private async Task<byte[]> ReadAsync(ObjectKey key, long sizeBytesMax, CancellationToken cancellationToken)
    {
        var content = await store.OpenAsync(key, cancellationToken) ?? throw new InvalidDataException("it is gone");
        await using var stream = content.Stream;
        if (content.Info.SizeBytes > sizeBytesMax)
        {
            throw new InvalidDataException("it is larger than such an object can be");
        }

        var bytes = new byte[content.Info.SizeBytes];
        return await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken) == bytes.Length
            ? bytes
            : throw new InvalidDataException("it is cut off");
    }

    [LoggerMessage(EventId = 6001, Level = LogLevel.Information, Message = "Opened the vector index {Index} with {Items} items, {Changes} changes from its log")]
    private partial void LogOpened(string index, int items, int changes);

    [LoggerMessage(EventId = 6002, Level = LogLevel.Error, Message = "The object {Key} of a vector index cannot be used; it is left as it is, and the other indexes work")]
    private partial void LogDamaged(Exception fault, string key);

    [LoggerMessage(EventId = 6003, Level = LogLevel.Warning, Message = "Below {Prefix} are objects of a vector index without a definition; they are left as they are")]
    private partial void LogWithoutDefinition(string prefix);

    [LoggerMessage(EventId = 6004, Level = LogLevel.Information, Message = "Folded the log of the vector index {Index} up to change {Sequence} into a snapshot of {Bytes} bytes")]
    private partial void LogFolded(string index, long sequence, long bytes);

    private sealed record AliasFile(string? Index);

    private sealed record OriginFile(int FormatVersion, Guid Generation, VectorOrigin? Origin);
}
