using Lakehouse.Hnsw.Memory;
using Lakehouse.Storage;
using Lakehouse.Vector.Internal.Files;
using Lakehouse.Vector.Internal.Index;
using Lakehouse.Vector.Internal.Logs;

namespace Lakehouse.Vector.Internal;

/// <summary>
/// An index that the process has opened: its definition, the index in memory or the reason why there is none, and the state of its log. A change is durable
/// before it is applied. Callers enter an index before they use it, so that it is not deleted meanwhile. Thread-safe.
/// </summary>
internal sealed class DurableIndex : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _maintenance = new(1);
    private readonly SemaphoreSlim _owning = new(1);
    private readonly VectorIndex? _index;
    private readonly IndexStore? _store;
    private readonly IndexLog? _log;
    private readonly int _threadCount;
    private string? _error;
    private int _users;
    private bool _isClosed;

    /// <param name="definition">Its definition as stored.</param>
    /// <param name="spec">The parameters in the definition, parsed.</param>
    /// <param name="index">What it holds, in memory; null where it cannot be used.</param>
    /// <param name="error">Why it cannot be used; null when it can.</param>
    /// <param name="store">Where it is stored; null for an index that exists only in memory.</param>
    /// <param name="threadCount">How many threads link items.</param>
    public DurableIndex(IndexDefinition definition, VectorIndexSpec spec, VectorIndex? index, string? error, IndexStore? store, int threadCount)
    {
        (Definition, Spec, _index, _error, _store, _threadCount) = (definition, spec, index, error, store, threadCount);
        if (store is null)
        {
            Order.BeginWriting(0);
        }
        else
        {
            _log = new IndexLog(spec.Name, definition.Generation, spec.Dimension, store, Order);
        }
    }

    public IndexName Name => Spec.Name;

    public IndexDefinition Definition { get; }

    public VectorIndexSpec Spec { get; }

    /// <summary>The record of the module that fills it; null where there is none.</summary>
    public IOwnerRecord? Owner { get; set; }

    /// <summary>Identifies the objects that were read to open it, apart from its log.</summary>
    public IndexTags Tags { get; set; }

    /// <summary>For one that is damaged: the log that was there when it was last looked at. Of <see cref="IndexRegistry"/>.</summary>
    public IReadOnlyList<LogFile>? SeenLog { get; set; }

    /// <summary>The order of its changes and the state of its log.</summary>
    public ChangeOrder Order { get; } = new();

    /// <summary>The last change that <see cref="IndexKeeper"/> has seen, and when it first saw it.</summary>
    public (long Applied, long Timestamp)? LastSeen { get; set; }

    /// <summary>The epoch of this process that <see cref="IndexKeeper"/> has seen last.</summary>
    public long? LastEpoch { get; set; }

    /// <summary>When <see cref="IndexKeeper"/> removes what a snapshot has replaced, as a timestamp; null when there is nothing to remove.</summary>
    public long? RemoveAt { get; set; }

    /// <summary>How often in a row its maintenance has failed, and when it may be tried again, as a timestamp. Of <see cref="IndexKeeper"/>.</summary>
    public (int Count, long NotBefore) Failures { get; set; }

    /// <summary>Why it cannot be used; null when it can.</summary>
    public string? Error => Volatile.Read(ref _error);

    /// <summary>Whether it could not be read because of a fault of the store, which passes.</summary>
    public bool IsPassing { get; init; }

    /// <summary>Whether this process writes the index, and has not learned that another one does.</summary>
    public bool IsWriter => Order.WritingEpoch is not null;

    /// <summary>The memory it takes.</summary>
    public long SizeBytes => _index?.SizeBytes ?? 0;

    /// <summary>What it holds, in memory; null when it cannot be used. Then <see cref="Error"/> tells why.</summary>
    public VectorIndex? Usable => Error is null ? _index : null;

    /// <summary>What it holds, in memory; throws <c>index_damaged</c>, or <c>index_behind</c> for a fault that passes, where there is none.</summary>
    public VectorIndex Contents => Error is null && _index is { } index ? index
        : throw (IsPassing ? VectorErrors.NotRead(Name, Error ?? string.Empty) : VectorErrors.Damaged(Name, Error ?? string.Empty));

    /// <summary>Adds or replaces items.</summary>
    public async Task<AddResult> AddAsync(ItemBatch batch)
    {
        var contents = Contents;
        var epoch = await BeginWritingAsync();
        return await Order.RunAsync(
            epoch,
            sequence => AppendAsync(new LogEntry(epoch, batch, null), sequence),
            (sequence, applied) => ApplyAsync(() => contents.Add(batch, _threadCount, applied) with { Sequence = sequence }),
            () => VectorErrors.Unconfirmed(Name));
    }

    /// <summary>Deletes items.</summary>
    /// <returns>The positions of ids that no longer had an item, and the number of the change.</returns>
    public async Task<(List<int> Missing, long Sequence)> RemoveAsync(IReadOnlyList<byte[]> ids)
    {
        var contents = Contents;
        var epoch = await BeginWritingAsync();
        return await Order.RunAsync(
            epoch,
            sequence => AppendAsync(new LogEntry(epoch, null, ids), sequence),
            (sequence, applied) => ApplyAsync(() =>
            {
                var missing = contents.Remove(ids);
                applied();
                return (missing, sequence);
            }),
            () => VectorErrors.Unconfirmed(Name));
    }

    /// <summary>Applies what other processes have written since.</summary>
    /// <param name="listed">The objects of the index, listed after the last change that is to be seen.</param>
    /// <param name="cancellationToken">Cancels the call between two changes.</param>
    /// <returns>False when the index must be opened again, from its newest snapshot.</returns>
    /// <exception cref="InvalidDataException">An object of the log is damaged.</exception>
    public async Task<bool> FollowAsync(StoredIndex listed, CancellationToken cancellationToken) =>
        _log is null || IsWriter || !HasNews(listed.Log)
            || await Order.RunAloneAsync(async () => IsWriter || await _log.ReadAsync(listed, ApplyAsync, cancellationToken) != LogState.Replaced);

    /// <summary>Learns from a listing whether another process has become the writer.</summary>
    public void LookAtClaims(IEnumerable<ObjectInfo> claims) => _log?.LookAtClaims(claims);

    /// <summary>Replaces the owner's record.</summary>
    public async Task SetOwnerAsync(IOwnerRecord? owner, CancellationToken cancellationToken)
    {
        await _owning.WaitAsync(cancellationToken);
        try
        {
            if (_store is not null)
            {
                // Of the writer alone: another process would undo what its module has recorded.
                await BeginWritingAsync();
                await _store.Files.SetOwnerAsync(Name, Definition.Generation, owner, cancellationToken);
            }

            Owner = owner;
        }
        finally
        {
            _owning.Release();
        }
    }

    /// <summary>Reads the owner's record again, which another process has replaced.</summary>
    public async Task ReadOwnerAsync(
        Func<IndexName, Guid, CancellationToken, Task<IOwnerRecord?>> read, IndexTags tags, CancellationToken cancellationToken)
    {
        await _owning.WaitAsync(cancellationToken);
        try
        {
            if (!IsWriter)
            {
                Owner = await read(Name, Definition.Generation, cancellationToken);
                Tags = tags;
            }
        }
        finally
        {
            _owning.Release();
        }
    }

    /// <summary>Throws <c>index_shared</c> where another process writes the index.</summary>
    public Task RequireFreeAsync() => _log?.RequireFreeAsync() ?? Task.CompletedTask;

    /// <summary>Frees the slots of deleted items. One vacuum or compaction runs at a time.</summary>
    public async Task VacuumAsync(CancellationToken cancellationToken)
    {
        await _maintenance.WaitAsync(cancellationToken);
        try
        {
            await Task.Run(() => Contents.Vacuum(_threadCount), cancellationToken);
        }
        finally
        {
            _maintenance.Release();
        }
    }

    /// <summary>
    /// Compacts the log into a snapshot. One vacuum or compaction runs at a time. Does nothing for an index without files. What the snapshot replaces stays for
    /// those who follow the log, until <see cref="RemoveCompactedAsync"/>.
    /// </summary>
    public async Task CompactAsync(CancellationToken cancellationToken)
    {
        if (_store is null)
        {
            return;
        }

        await _maintenance.WaitAsync(cancellationToken);
        try
        {
            // A snapshot replaces the log, so only the writer makes one. One that is relieved meanwhile has applied nothing that its successor does not know.
            var epoch = await BeginWritingAsync();
            if (!await _log!.IsWriterAsync(epoch))
            {
                Order.EndWriting(epoch);
                throw VectorErrors.Relieved(Name);
            }

            LogPosition position = default;
            var sizeBytes = await _store.Files.AddSnapshotAsync(
                Name,
                path =>
                {
                    using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
                    using var writer = new SnapshotWriter(Contents, file, Definition.Generation);
                    Contents.Vacuum(_threadCount, () =>
                    {
                        position = Order.Position;
                        writer.WriteGraph(position);
                    });
                    writer.WriteItems(cancellationToken);
                    return position.Sequence;
                },
                cancellationToken);
            if (!await _store.Files.ExistsAsync(Name, Definition.Generation))
            {
                await _store.Files.WithdrawSnapshotAsync(Name, position.Sequence);
                throw VectorErrors.Replaced(Name);
            }

            Order.SnapshotBytes = sizeBytes;
            Order.Compact(position.Sequence);
        }
        finally
        {
            _maintenance.Release();
        }
    }

    /// <summary>Removes the snapshots and the part of the log that the newest snapshot replaces.</summary>
    public Task RemoveCompactedAsync(CancellationToken cancellationToken) =>
        _store is null ? Task.CompletedTask : _store.Files.DeleteCompactedAsync(Name, Definition.Generation, cancellationToken);

    /// <summary>Refuses a change by a client where only the owner may change the index, and by an owner that means another generation of the index.</summary>
    /// <param name="ownedGeneration">For the owner: the generation of the index that it fills. Null for a client.</param>
    public void RequireWriter(Guid? ownedGeneration)
    {
        if (ownedGeneration is { } generation)
        {
            RequireGeneration(generation);
        }
        else if (Owner?.FindRefusal(Name) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Throws <c>index_not_found</c> when the caller means another index of the same name.</summary>
    public void RequireGeneration(Guid generation)
    {
        if (Definition.Generation != generation)
        {
            throw VectorErrors.NotFound(Name);
        }
    }

    /// <summary>Begins a use, which <see cref="Leave"/> ends. False when the index is being deleted.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            _users += _isClosed ? 0 : 1;
            return !_isClosed;
        }
    }

    /// <summary>Ends a use.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_users == 0 && _isClosed)
            {
                _drained.TrySetResult();
            }
        }
    }

    /// <summary>Refuses further uses; completes when all uses have ended.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (_users == 0)
            {
                _drained.TrySetResult();
            }
        }

        return _drained.Task;
    }

    public void Dispose()
    {
        _index?.Dispose();
        _maintenance.Dispose();
        _owning.Dispose();
        _log?.Dispose();
    }

    /// <summary>Makes this process the writer, unless it is.</summary>
    public async Task<long> BeginWritingAsync() => _log is null ? 0 : await _log.BeginWritingAsync(ApplyAsync);

    private async Task<long?> AppendAsync(LogEntry change, long sequence) => _log is null ? 0 : await _log.AppendAsync(change, sequence);

    private bool HasNews(IReadOnlyList<LogFile> listed)
    {
        var applied = Order.Applied;
        return listed.Any(f => f.Sequence > applied);
    }

    /// <summary>Applies a change that another process has written, if there is memory for it.</summary>
    private Task ApplyAsync(LogEntry change)
    {
        var contents = Contents;
        if (change.Added is { } batch)
        {
            _store!.Budget.Require(contents.EstimateBytes(batch));
        }

        return ApplyAsync(() =>
        {
            if (change.Added is { } added)
            {
                contents.Add(added, _threadCount, () => { });
                return true;
            }

            contents.Remove(change.Removed!);
            return true;
        });
    }

    /// <summary>Applies a change that is durable. If that fails, memory and log differ, and the index is damaged until the next start reads the log.</summary>
    private Task<T> ApplyAsync<T>(Func<T> apply) => Task.Run(() =>
    {
        try
        {
            return apply();
        }
        catch (Exception cause)
        {
            Interlocked.CompareExchange(
                ref _error, $"a change that is durable could not be applied in memory ({cause.GetType().Name}); the next start applies it.", null);
            if (cause is OffHeapException)
            {
                throw VectorErrors.OutOfMemory(cause);
            }

            throw;
        }
    });
}
