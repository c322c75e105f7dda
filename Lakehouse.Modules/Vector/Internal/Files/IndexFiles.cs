using System.Text;
using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Storage;
using Lakehouse.Vector.Internal.Logs;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>
/// The objects of the indexes in the bucket. An index exists from when its definition is written until its tombstone is written. Objects are written once
/// and never changed, except the owner's record, which is replaced as a whole.
/// </summary>
internal sealed partial class IndexFiles(IObjectStore store, IScratchSpace scratch, ILogger<IndexFiles> logger)
{
    /// <summary>The most bytes of the module's small JSON objects.</summary>
    public const long SmallObjectMax = 1024 * 1024;

    private const int OwnerVersion = 1;
    private const long LogObjectMax = int.MaxValue - 1024;

    /// <summary>Writes a definition. Null when the name is taken.</summary>
    /// <exception cref="LakehouseException">
    /// <c>index_remains</c> (<see cref="ErrorKind.Conflict"/>): there are objects of an index without a definition.
    /// </exception>
    public async Task<ObjectInfo?> CreateAsync(IndexName name, IndexDefinition definition, CancellationToken cancellationToken)
    {
        var there = await store.ListAsync(VectorKeys.Folder(name), string.Empty, 1, cancellationToken);
        if (there.Objects.Count > 0 && await store.FindAsync(VectorKeys.Definition(name), cancellationToken) is null)
        {
            throw new LakehouseException(
                ErrorKind.Conflict,
                "index_remains",
                $"Objects below '{VectorKeys.Folder(name)}' belong to an index whose definition is gone. Choose another name, or remove them by hand.");
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(definition, FileHeader.Json);
        return await store.PutIfAbsentAsync(VectorKeys.Definition(name), json, cancellationToken);
    }

    /// <summary>Deletes an index. It is deleted once the tombstone is written; if removing the other objects fails, the next start continues.</summary>
    public async Task DeleteAsync(IndexName name, Func<Task> deleted, CancellationToken cancellationToken)
    {
        // No two tombstones are the same, so that this deletion does not go on in an index that is made again after another process has completed it.
        await store.PutIfAbsentAsync(VectorKeys.Tombstone(name), Guid.NewGuid().ToByteArray(), cancellationToken);
        await deleted();
        await PurgeAsync(name, CancellationToken.None);
    }

    /// <summary>Removes the remaining objects of a deleted index, the tombstone last.</summary>
    public async Task PurgeAsync(IndexName name, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(VectorKeys.Tombstone(name), cancellationToken) is not { } tombstone)
        {
            return;
        }

        foreach (var found in await store.ListAllAsync(VectorKeys.Folder(name), cancellationToken))
        {
            if (found.Key == tombstone.Key)
            {
                continue;
            }

            if ((await store.FindAsync(tombstone.Key, cancellationToken))?.ETag != tombstone.ETag)
            {
                return;
            }

            await store.DeleteAsync(found.Key, cancellationToken);
        }

        await store.DeleteAsync(tombstone.Key, cancellationToken);
    }

    /// <summary>Writes an object of the log.</summary>
    /// <returns>Its size; null where there is another object of this number.</returns>
    public async Task<long?> AppendAsync(IndexName name, Guid generation, int dimension, LogEntry entry, long sequence)
    {
        var content = LogCodec.Encode(entry, generation, sequence, dimension);
        return await store.PutIfAbsentAsync(VectorKeys.Log(name, sequence), content, CancellationToken.None) is not null ? content.Length : null;
    }

    /// <summary>Reads an object of the log, and its size; null where there is none.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or belongs to another index.</exception>
    public async Task<(LogEntry Entry, long SizeBytes)?> ReadLogAsync(
        IndexName name, Guid generation, int dimension, long sequence, CancellationToken cancellationToken)
    {
        if (await store.OpenAsync(VectorKeys.Log(name, sequence), cancellationToken) is not { } opened)
        {
            return null;
        }

        var content = await opened.ReadToEndAsync(LogObjectMax, cancellationToken);
        return (LogCodec.Decode(content, generation, sequence, dimension), content.Length);
    }

    /// <summary>Removes a log object that this process has written for an index that was deleted before.</summary>
    public Task WithdrawAsync(IndexName name, long sequence) => store.DeleteAsync(VectorKeys.Log(name, sequence), CancellationToken.None);

    /// <summary>The newest claim to write an index, and the node that made it, where it is known; null where there is none.</summary>
    public async Task<(long Epoch, Guid? Node)?> FindClaimAsync(IndexName name)
    {
        if (await store.ListAllAsync(VectorKeys.Claims(name), CancellationToken.None) is not [.., var last])
        {
            return null;
        }

        var content = await store.OpenAsync(last.Key, CancellationToken.None) is { } opened
            ? await opened.ReadToEndAsync(SmallObjectMax, CancellationToken.None)
            : [];
        return (VectorKeys.EpochOf(last.Key, name), Guid.TryParse(Encoding.ASCII.GetString(content).Split(' ')[0], out var node) ? node : null);
    }

    /// <summary>Claims to write an index, from an epoch on. Null when another process has claimed this epoch.</summary>
    public Task<ObjectInfo?> TryClaimAsync(IndexName name, long epoch, Guid node)
    {
        // An index of the same name that is made later has the same epochs, so no two claims have the same content.
        var content = Encoding.ASCII.GetBytes($"{node:N} {Guid.NewGuid():N}");
        return store.PutIfAbsentAsync(VectorKeys.Claim(name, epoch), content, CancellationToken.None);
    }

    /// <summary>Removes a claim that this process has made and does not use.</summary>
    public Task WithdrawClaimAsync(ObjectInfo claim) => store.DeleteAsync(claim.Key, CancellationToken.None);

    /// <summary>Removes the claims before one.</summary>
    public async Task RemoveClaimsBeforeAsync(IndexName name, long epoch)
    {
        foreach (var other in await store.ListAllAsync(VectorKeys.Claims(name), CancellationToken.None))
        {
            if (VectorKeys.EpochOf(other.Key, name) < epoch)
            {
                await store.DeleteAsync(other.Key, CancellationToken.None);
            }
        }
    }

    /// <summary>Whether a claim still counts: no other process has claimed the index after it, and the index was not deleted.</summary>
    public async Task<bool> IsLastClaimAsync(IndexName name, ObjectInfo claim) =>
        (await store.ListAllAsync(VectorKeys.Claims(name), CancellationToken.None)) is [.., var last] && last.Key == claim.Key && last.ETag == claim.ETag;

    /// <summary>Whether an index still exists in this generation.</summary>
    /// <exception cref="InvalidDataException">Its definition cannot be read.</exception>
    public async Task<bool> ExistsAsync(IndexName name, Guid generation)
    {
        if (await store.OpenAsync(VectorKeys.Definition(name), CancellationToken.None) is not { } opened)
        {
            return false;
        }

        try
        {
            return JsonSerializer.Deserialize<IndexDefinition>(await opened.ReadToEndAsync(SmallObjectMax, CancellationToken.None), FileHeader.Json)?.Generation
                    == generation
                && await store.FindAsync(VectorKeys.Tombstone(name), CancellationToken.None) is null;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException("it is not JSON of the expected form", error);
        }
    }

    /// <summary>Replaces the owner's record.</summary>
    public async Task SetOwnerAsync(IndexName name, Guid generation, IOwnerRecord? owner, CancellationToken cancellationToken)
    {
        var record = owner is null ? (JsonElement?)null : JsonSerializer.SerializeToElement(owner, owner.GetType(), FileHeader.Json);
        var json = JsonSerializer.SerializeToUtf8Bytes(new OwnerFile(OwnerVersion, generation, record), FileHeader.Json);
        await store.PutAsync(VectorKeys.Owner(name), new MemoryStream(json), SmallObjectMax, cancellationToken);
    }

    /// <summary>Reads the owner's record; null when there is none.</summary>
    /// <exception cref="InvalidDataException">The record cannot be read; then it is unknown who may change the index.</exception>
    public async Task<IOwnerRecord?> ReadOwnerAsync(IndexName name, Guid generation, IOwnerRecordReader? reader, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(VectorKeys.Owner(name), cancellationToken) is null)
        {
            return null;
        }

        try
        {
            var file = JsonSerializer.Deserialize<OwnerFile>(
                await store.ReadSmallAsync(VectorKeys.Owner(name), SmallObjectMax, cancellationToken), FileHeader.Json);
            if (file is not { FormatVersion: OwnerVersion } || file.Generation != generation)
            {
                throw new InvalidDataException("it belongs to another index or format");
            }

            return file.Origin is not { ValueKind: not JsonValueKind.Null } record ? null
                : reader is null ? throw new InvalidDataException("this program has no module that can read it")
                : reader.Read(record);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException("it is not JSON of the expected form", error);
        }
    }

    /// <summary>Stores a snapshot.</summary>
    /// <param name="name">The index.</param>
    /// <param name="write">
    /// Writes it to a path of the scratch space, where there is no file yet; returns the number of the last change that is part of it.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The size of the snapshot.</returns>
    public async Task<long> AddSnapshotAsync(IndexName name, Func<string, long> write, CancellationToken cancellationToken)
    {
        using var folder = scratch.Create();
        var path = Path.Combine(folder.Path, "snapshot");
        var sequence = await Task.Run(() => write(path), cancellationToken);
        var stored = await store.ImportAsync(VectorKeys.Snapshot(name, sequence), path, cancellationToken);
        LogCompacted(name.Value, sequence, stored.SizeBytes);
        return stored.SizeBytes;
    }

    /// <summary>Removes a snapshot that this process has stored for an index that was deleted before.</summary>
    public Task WithdrawSnapshotAsync(IndexName name, long sequence) => store.DeleteAsync(VectorKeys.Snapshot(name, sequence), CancellationToken.None);

    /// <summary>
    /// The number of the newest snapshot; 0 where there is none. One of another generation is passed over: it came late, from a process that did not know that
    /// the index was made again. One that cannot be read is not.
    /// </summary>
    public async Task<long> FindSnapshotAsync(StoredIndex listed, Guid generation, CancellationToken cancellationToken)
    {
        foreach (var snapshot in listed.Log.Where(f => f.IsSnapshot).OrderByDescending(f => f.Sequence))
        {
            if (!await IsForeignAsync(snapshot, generation, cancellationToken))
            {
                return snapshot.Sequence;
            }
        }

        return 0;
    }

    /// <summary>Deletes the older snapshots and log objects that the newest snapshot replaces.</summary>
    public async Task DeleteCompactedAsync(IndexName name, Guid generation, CancellationToken cancellationToken)
    {
        var listed = await ListAsync(name, cancellationToken);
        var all = listed.Log;
        var newest = await FindSnapshotAsync(listed, generation, cancellationToken);

        // Older snapshots first, so that as long as one of them exists, every change after it does as well.
        foreach (var replaced in all.Where(f => f.IsSnapshot ? f.Sequence < newest : f.Sequence <= newest)
            .OrderByDescending(f => f.IsSnapshot).ThenBy(f => f.Sequence))
        {
            await store.DeleteAsync(replaced.Key, cancellationToken);
        }
    }

    /// <summary>The objects of an index.</summary>
    public async Task<StoredIndex> ListAsync(IndexName name, CancellationToken cancellationToken) =>
        new(name, await store.ListAllAsync(VectorKeys.Folder(name), cancellationToken));

    /// <summary>Whether a snapshot is of another generation, for certain.</summary>
    private async Task<bool> IsForeignAsync(LogFile snapshot, Guid generation, CancellationToken cancellationToken)
    {
        if (await store.OpenAsync(snapshot.Key, cancellationToken) is not { } opened)
        {
            return false;
        }

        await using var stream = opened.Stream;
        return await FileHeader.ReadGenerationAsync(stream, FileHeader.SnapshotMagic.ToArray(), cancellationToken) is { } other && other != generation;
    }

    [LoggerMessage(
        EventId = 6004,
        Level = LogLevel.Information,
        Message = "Compacted the log of the vector index {Index} up to change {Sequence} into a snapshot of {Bytes} bytes")]
    private partial void LogCompacted(string index, long sequence, long bytes);

    private sealed record OwnerFile(int FormatVersion, Guid Generation, JsonElement? Origin);
}
