using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Storage;
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

    private readonly Guid _process = Guid.NewGuid();

    /// <summary>Writes a definition. False when the name is taken.</summary>
    /// <exception cref="LakehouseException">
    /// <c>index_remains</c> (<see cref="ErrorKind.Conflict"/>): there are objects of an index without a definition.
    /// </exception>
    public async Task<bool> CreateAsync(IndexName name, IndexDefinition definition, CancellationToken cancellationToken)
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
        return await store.PutIfAbsentAsync(VectorKeys.Definition(name), json, cancellationToken) is not null;
    }

    /// <summary>Deletes an index. It is deleted once the tombstone is written; if removing the other objects fails, the next start continues.</summary>
    public async Task DeleteAsync(IndexName name, Func<Task> deleted, CancellationToken cancellationToken)
    {
        await store.PutIfAbsentAsync(VectorKeys.Tombstone(name), ReadOnlyMemory<byte>.Empty, cancellationToken);
        await deleted();
        await PurgeAsync(name, CancellationToken.None);
    }

    /// <summary>Removes the remaining objects of a deleted index, the tombstone last.</summary>
    public async Task PurgeAsync(IndexName name, CancellationToken cancellationToken)
    {
        foreach (var found in await store.ListAllAsync(VectorKeys.Folder(name), cancellationToken))
        {
            if (found.Key != VectorKeys.Tombstone(name))
            {
                await store.DeleteAsync(found.Key, cancellationToken);
            }
        }

        await store.DeleteAsync(VectorKeys.Tombstone(name), cancellationToken);
    }

    /// <summary>Makes a change durable.</summary>
    /// <returns>The size of its object.</returns>
    /// <exception cref="LakehouseException"><c>index_shared</c> (<see cref="ErrorKind.Conflict"/>): another process writes this index.</exception>
    public async Task<long> AppendAsync(IndexName name, Guid generation, int dimension, LogEntry entry, long sequence)
    {
        var content = LogCodec.Encode(entry, generation, sequence, dimension);
        _ = await store.PutIfAbsentAsync(VectorKeys.Log(name, sequence), content, CancellationToken.None) ?? throw VectorErrors.Shared(name);
        return content.Length;
    }

    /// <summary>Removes a log object whose change was not acknowledged.</summary>
    public Task WithdrawAsync(IndexName name, long sequence) => store.DeleteAsync(VectorKeys.Log(name, sequence), CancellationToken.None);

    /// <summary>Makes this process the writer of an index, by a claim that sorts after all others.</summary>
    public async Task<ObjectKey> ClaimAsync(IndexName name)
    {
        var earlier = await store.ListAllAsync(VectorKeys.Claims(name), CancellationToken.None);
        var claim = VectorKeys.Claim(name, earlier.Select(c => VectorKeys.ClaimNumber(c.Key, name)).DefaultIfEmpty(0).Max() + 1, _process);
        await store.PutIfAbsentAsync(claim, ReadOnlyMemory<byte>.Empty, CancellationToken.None);
        return claim;
    }

    /// <summary>Takes a claim back, so that the one before it counts again.</summary>
    public Task WithdrawAsync(ObjectKey claim) => store.DeleteAsync(claim, CancellationToken.None);

    /// <summary>Removes the claims before one.</summary>
    public async Task RemoveClaimsBeforeAsync(IndexName name, ObjectKey claim)
    {
        foreach (var other in await store.ListAllAsync(VectorKeys.Claims(name), CancellationToken.None))
        {
            if (string.CompareOrdinal(other.Key.Value, claim.Value) < 0)
            {
                await store.DeleteAsync(other.Key, CancellationToken.None);
            }
        }
    }

    /// <summary>Whether a claim still counts: no other process has claimed the index after it, and the index was not deleted.</summary>
    public async Task<bool> IsLastClaimAsync(IndexName name, ObjectKey claim) =>
        (await store.ListAllAsync(VectorKeys.Claims(name), CancellationToken.None)) is [.., var last] && last.Key == claim;

    /// <summary>Whether this process has read all that the bucket has of an index.</summary>
    public async Task<bool> IsKnownAsync(IndexName name, Guid generation, ChangeOrder order) =>
        await store.FindAsync(VectorKeys.Definition(name), CancellationToken.None) is not null
        && JsonSerializer.Deserialize<IndexDefinition>(
            await store.ReadSmallAsync(VectorKeys.Definition(name), SmallObjectMax, CancellationToken.None), FileHeader.Json)?.Generation == generation
        && (await ListAsync(name, CancellationToken.None)).TrueForAll(f => order.HasRead(f.IsSnapshot, f.Sequence));

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

    /// <summary>Deletes the older snapshots and log objects that a snapshot replaces.</summary>
    public async Task DeleteCompactedAsync(IndexName name, ChangeOrder order, long sequence, CancellationToken cancellationToken)
    {
        // Older snapshots first, so that as long as one of them exists, every change after it does as well.
        foreach (var older in (await ListAsync(name, cancellationToken)).Where(f => f.IsSnapshot && f.Sequence < sequence))
        {
            await store.DeleteAsync(older.Key, cancellationToken);
        }

        foreach (var compacted in order.LogUpTo(sequence))
        {
            await store.DeleteAsync(VectorKeys.Log(name, compacted), cancellationToken);
            order.RemoveFromLog(compacted);
        }
    }

    /// <summary>The snapshots and log objects of an index.</summary>
    public async Task<List<(ObjectKey Key, bool IsSnapshot, long Sequence)>> ListAsync(IndexName name, CancellationToken cancellationToken)
    {
        var files = new List<(ObjectKey, bool, long)>();
        foreach (var found in await store.ListAllAsync(VectorKeys.Folder(name), cancellationToken))
        {
            if (VectorKeys.TryParse(found.Key, name, out var isSnapshot, out var sequence))
            {
                files.Add((found.Key, isSnapshot.Value, sequence));
            }
        }

        return files;
    }

    [LoggerMessage(
        EventId = 6004,
        Level = LogLevel.Information,
        Message = "Compacted the log of the vector index {Index} up to change {Sequence} into a snapshot of {Bytes} bytes")]
    private partial void LogCompacted(string index, long sequence, long bytes);

    private sealed record OwnerFile(int FormatVersion, Guid Generation, JsonElement? Origin);
}
