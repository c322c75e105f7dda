using System.Collections.Concurrent;
using Lakehouse.Core.Names;
using Lakehouse.Hnsw.Memory;
using Lakehouse.Vector.Internal.Files;
using Lakehouse.Vector.Internal.Index;

namespace Lakehouse.Vector.Internal;

/// <summary>
/// An index that the process has opened: its definition, the index in memory or the reason why there is none, and the state of its log. A change is durable
/// before it is applied. Callers enter an index before they use it, so that it is not deleted meanwhile. Thread-safe.
/// </summary>
/// <param name="name">Its name.</param>
/// <param name="definition">Its definition as stored.</param>
/// <param name="spec">The parameters in the definition, parsed.</param>
/// <param name="index">What it holds, in memory; null where it cannot be used.</param>
/// <param name="error">Why it cannot be used; null when it can.</param>
/// <param name="files">Where it is stored; null for an index that exists only in memory.</param>
/// <param name="threadCount">How many threads link items.</param>
internal sealed class DurableIndex(
    IndexName name, IndexDefinition definition, VectorIndexSpec spec, VectorIndex? index, string? error, IndexFiles? files, int threadCount) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _maintenance = new(1);
    private readonly SemaphoreSlim _owning = new(1);
    private readonly SemaphoreSlim _claiming = new(1);
    private readonly ConcurrentQueue<long> _refused = new();
    private ObjectKey? _claim;
    private volatile bool _isFenced;
    private string? _error = error;
    private int _users;
    private bool _isClosed;

    public IndexName Name { get; } = name;

    public IndexDefinition Definition { get; } = definition;

    public VectorIndexSpec Spec { get; } = spec;

    /// <summary>The record of the module that fills it; null where there is none.</summary>
    public IOwnerRecord? Owner { get; set; }

    /// <summary>The order of its changes and the state of its log.</summary>
    public ChangeOrder Order { get; } = new();

    /// <summary>The last change that <see cref="IndexKeeper"/> has seen, and when it first saw it.</summary>
    public (long Applied, long Timestamp)? LastSeen { get; set; }

    /// <summary>How often in a row its maintenance has failed, and when it may be tried again, as a timestamp. Of <see cref="IndexKeeper"/>.</summary>
    public (int Count, long NotBefore) Failures { get; set; }

    /// <summary>Why it cannot be used; null when it can.</summary>
    public string? Error => Volatile.Read(ref _error);

    /// <summary>Whether this process has claimed the index, and has not learned that another one has since.</summary>
    public bool IsWriter => _claim is not null && !_isFenced;

    /// <summary>The memory it takes.</summary>
    public long SizeBytes => index?.SizeBytes ?? 0;

    /// <summary>What it holds, in memory; null when it cannot be used. Then <see cref="Error"/> tells why.</summary>
    public VectorIndex? Usable => Error is null ? index : null;

    /// <summary>What it holds, in memory; throws <c>index_damaged</c> where there is none.</summary>
    public VectorIndex Contents => Error is { } reason || index is null ? throw VectorErrors.Damaged(Name, Error ?? string.Empty) : index;

    /// <summary>Adds or replaces items.</summary>
    public Task<AddResult> AddAsync(ItemBatch batch)
    {
        var contents = Contents;
        return Order.RunAsync(
            sequence => AppendAsync(new LogEntry(batch, null), sequence),
            applied => ApplyAsync(() => contents.Add(batch, threadCount, applied)));
    }

    /// <summary>Deletes items.</summary>
    /// <returns>The positions of ids that no longer had an item.</returns>
    public Task<List<int>> RemoveAsync(IReadOnlyList<byte[]> ids)
    {
        var contents = Contents;
        return Order.RunAsync(
            sequence => AppendAsync(new LogEntry(null, ids), sequence),
            applied => ApplyAsync(() =>
            {
                var missing = contents.Remove(ids);
                applied();
                return missing;
            }));
    }

    /// <summary>Replaces the owner's record.</summary>
    public async Task SetOwnerAsync(IOwnerRecord? owner, CancellationToken cancellationToken)
    {
        await _owning.WaitAsync(cancellationToken);
        try
        {
            if (files is not null)
            {
                await files.SetOwnerAsync(Name, Definition.Generation, owner, cancellationToken);
            }

            Owner = owner;
        }
        finally
        {
            _owning.Release();
        }
    }

    /// <summary>Frees the slots of deleted items. One vacuum or compaction runs at a time.</summary>
    public async Task VacuumAsync(CancellationToken cancellationToken)
    {
        await _maintenance.WaitAsync(cancellationToken);
        try
        {
            await Task.Run(() => Contents.Vacuum(threadCount), cancellationToken);
        }
        finally
        {
            _maintenance.Release();
        }
    }

    /// <summary>Compacts the log into a snapshot. One vacuum or compaction runs at a time. Does nothing for an index without files.</summary>
    public async Task CompactAsync(CancellationToken cancellationToken)
    {
        if (files is null)
        {
            return;
        }

        await _maintenance.WaitAsync(cancellationToken);
        try
        {
            // A snapshot replaces the log, so only the writer makes one. One that is fenced meanwhile has applied nothing that its successor does not know.
            if (!await files.IsLastClaimAsync(Name, await ClaimAsync(files)))
            {
                throw Fence();
            }

            long sequence = 0;
            var sizeBytes = await files.AddSnapshotAsync(
                Name,
                path =>
                {
                    using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
                    using var writer = new SnapshotWriter(Contents, file, Definition.Generation);
                    Contents.Vacuum(threadCount, () =>
                    {
                        sequence = Order.Applied;
                        writer.WriteGraph(sequence);
                    });
                    writer.WriteItems(cancellationToken);
                    return sequence;
                },
                cancellationToken);
            Order.SnapshotBytes = sizeBytes;
            await files.DeleteCompactedAsync(Name, Order, sequence, cancellationToken);
        }
        finally
        {
            _maintenance.Release();
        }
    }

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
        index?.Dispose();
        _maintenance.Dispose();
        _owning.Dispose();
        _claiming.Dispose();
    }

    /// <summary>
    /// Writes a change to the log. It counts only if no other process has become the writer meanwhile: a process that claims the index reads the log after its
    /// claim, so it knows each change that was written before, and each later change is withdrawn here.
    /// </summary>
    private async Task AppendAsync(LogEntry entry, long sequence)
    {
        if (files is null)
        {
            return;
        }

        var claim = await ClaimAsync(files);
        await WithdrawAsync(files);
        var sizeBytes = await files.AppendAsync(Name, Definition.Generation, Spec.Dimension, entry, sequence);
        var counts = false;
        try
        {
            counts = await files.IsLastClaimAsync(Name, claim);
        }
        finally
        {
            if (!counts)
            {
                _refused.Enqueue(sequence);
                await WithdrawAsync(files);
            }
        }

        if (!counts)
        {
            throw Fence();
        }

        Order.AddToLog(sequence, sizeBytes);
    }

    /// <summary>Removes the changes that are in the log and were refused. What cannot be removed now is removed before the next change.</summary>
    private async Task WithdrawAsync(IndexFiles files)
    {
        while (_refused.TryDequeue(out var sequence))
        {
            try
            {
                await files.WithdrawAsync(Name, sequence);
            }
            catch
            {
                _refused.Enqueue(sequence);
                throw;
            }
        }
    }

    /// <summary>Makes this process the writer, before its first change.</summary>
    private async Task<ObjectKey> ClaimAsync(IndexFiles files)
    {
        await _claiming.WaitAsync();
        try
        {
            if (_isFenced)
            {
                throw VectorErrors.Shared(Name);
            }

            if (_claim is { } own)
            {
                return own;
            }

            // Before, so that a process which is behind does not disturb the writer; and again after, because of changes in between.
            await RequireKnownAsync(files);
            var claim = await files.ClaimAsync(Name);
            try
            {
                await RequireKnownAsync(files);
                await files.RemoveClaimsBeforeAsync(Name, claim);
            }
            catch
            {
                await files.WithdrawAsync(claim);
                throw;
            }

            _claim = claim;
            return claim;
        }
        finally
        {
            _claiming.Release();
        }
    }

    private async Task RequireKnownAsync(IndexFiles files)
    {
        if (!await files.IsKnownAsync(Name, Definition.Generation, Order))
        {
            throw Fence();
        }
    }

    /// <summary>Another process writes the index: from now on this one only reads what it has in memory.</summary>
    private Exception Fence()
    {
        _isFenced = true;
        return VectorErrors.Shared(Name);
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
