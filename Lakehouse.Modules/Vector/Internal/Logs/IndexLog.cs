using Lakehouse.Core.Errors;
using Lakehouse.Storage;
using Lakehouse.Vector.Internal.Files;

namespace Lakehouse.Vector.Internal.Logs;

/// <summary>
/// The log of a stored index, as this process has read and writes it (docs/adr/0018-many-processes.md). Its objects are numbered without gaps, and each is
/// written once. One process at a time writes: it claims the next epoch, and begins it with an object of its own, after which objects of earlier epochs do not
/// count. So what is written by a process that was relieved and does not know it is passed over by all that read the log. Thread-safe.
/// </summary>
internal sealed class IndexLog(IndexName name, Guid generation, int dimension, IndexStore store, ChangeOrder order) : IDisposable
{
    private const int ReadAttempts = 3;

    private readonly IndexFiles _files = store.Files;
    private readonly SemaphoreSlim _claiming = new(1);
    private (long Epoch, ObjectInfo Object)? _claim;

    /// <summary>The number of the object of the log that was read last.</summary>
    public long Reading { get; private set; }

    /// <summary>Reads what other processes have written, and applies it in order.</summary>
    /// <param name="listed">The objects of the index.</param>
    /// <param name="apply">Applies a change.</param>
    /// <param name="cancellationToken">Cancels the call between two changes.</param>
    /// <returns>How far it has come.</returns>
    /// <exception cref="InvalidDataException">An object is damaged, or belongs to another index.</exception>
    public async Task<LogState> ReadAsync(StoredIndex listed, Func<LogEntry, Task> apply, CancellationToken cancellationToken)
    {
        var log = listed.Log;
        var numbers = log.Where(f => !f.IsSnapshot && f.Sequence > order.Applied).Select(f => f.Sequence).Order().ToList();
        var snapshot = log.Where(f => f.IsSnapshot).Select(f => f.Sequence).DefaultIfEmpty(0).Max();
        if (snapshot > order.Applied)
        {
            snapshot = await _files.FindSnapshotAsync(listed, generation, cancellationToken);
        }

        // Of what a snapshot contains, some may be deleted, and a process that was relieved may have written in their place. So all must be there, and of the
        // epoch that is known; a late object can be seen only with the claim of the process that has relieved its writer.
        if (snapshot > order.Applied
            && (numbers.Count(n => n <= snapshot) < snapshot - order.Applied || listed.LastEpoch > order.Position.Epoch))
        {
            return LogState.Replaced;
        }

        foreach (var number in numbers)
        {
            var (sequence, epoch) = order.Position;
            if (number > sequence + 1 && epoch > 0)
            {
                return LogState.Waiting;
            }

            Reading = number;
            if (await _files.ReadLogAsync(name, generation, dimension, number, cancellationToken) is not { } read)
            {
                return LogState.Replaced;
            }

            if (number > sequence + 1 && !read.Entry.MayFollowGap)
            {
                return LogState.Waiting;
            }

            if (read.Entry.Epoch < epoch)
            {
                if (number <= snapshot)
                {
                    return LogState.Replaced; // the object that had this number may be deleted
                }

                order.MoveTo(new LogPosition(number, epoch), 0);
                continue;
            }

            if (read.Entry.ItemCount > 0)
            {
                await apply(read.Entry);
            }

            order.MoveTo(new LogPosition(number, read.Entry.Epoch), read.SizeBytes);
        }

        return LogState.Current;
    }

    /// <summary>
    /// Reads as <see cref="ReadAsync"/>, all that there is. A number that is missing is that of a change whose writer ended before it was written; but not
    /// where a later one was written when it was there.
    /// </summary>
    /// <exception cref="InvalidDataException">Also: an object of the log is missing.</exception>
    public async Task<LogState> ReadToEndAsync(StoredIndex listed, Func<LogEntry, Task> apply, CancellationToken cancellationToken)
    {
        var state = await ReadAsync(listed, apply, cancellationToken);
        if (state == LogState.Waiting)
        {
            var missing = order.Applied + 1;
            var last = listed.Log.Where(f => !f.IsSnapshot).Max(f => f.Sequence);
            Reading = last;
            if (await _files.ReadLogAsync(name, generation, dimension, last, cancellationToken) is { } read && read.Entry.After >= missing)
            {
                Reading = missing;
                throw new InvalidDataException("it is gone, and later ones are there");
            }
        }

        return state;
    }

    /// <summary>Makes this process the writer, unless it is. Before, it applies all changes of earlier writers.</summary>
    /// <param name="apply">Applies a change.</param>
    /// <returns>The epoch.</returns>
    /// <exception cref="LakehouseException">
    /// <c>index_shared</c> (<see cref="ErrorKind.Conflict"/>): another process writes the index. <c>index_behind</c> (<see cref="ErrorKind.Busy"/>): this one
    /// must first read the index again.
    /// </exception>
    public async Task<long> BeginWritingAsync(Func<LogEntry, Task> apply)
    {
        await store.Lease.HoldAsync();
        if (_claim is { } current && order.WritingEpoch == current.Epoch)
        {
            return current.Epoch;
        }

        await _claiming.WaitAsync();
        try
        {
            if (_claim is { } own && order.WritingEpoch == own.Epoch)
            {
                return own.Epoch;
            }

            _claim = null;
            return await order.RunAloneAsync(() => ClaimAsync(apply));
        }
        finally
        {
            _claiming.Release();
        }
    }

    /// <summary>
    /// Writes a change. It counts only if no other process has become the writer meanwhile: one that claims the index reads the log after its claim, so it
    /// knows each change that was written before.
    /// </summary>
    /// <returns>The size of its object; null where the number is taken by an object that does not count.</returns>
    public async Task<long?> AppendAsync(LogEntry change, long sequence)
    {
        var claim = _claim is { } own && own.Epoch == change.Epoch ? own.Object : throw VectorErrors.Unconfirmed(name);
        var sizeBytes = await _files.AppendAsync(name, generation, dimension, change with { After = order.Applied }, sequence)
            ?? await FindOwnAsync(change.Epoch, sequence);
        if (!await _files.IsLastClaimAsync(name, claim))
        {
            await TidyAsync(sizeBytes is null ? null : sequence);
            throw VectorErrors.Relieved(name);
        }

        return sizeBytes;
    }

    /// <summary>Whether this process is the writer still.</summary>
    public async Task<bool> IsWriterAsync(long epoch) =>
        _claim is { } claim && claim.Epoch == epoch && order.WritingEpoch == epoch && await _files.IsLastClaimAsync(name, claim.Object);

    /// <summary>Learns from a listing whether another process has become the writer.</summary>
    public void LookAtClaims(IEnumerable<ObjectInfo> claims)
    {
        if (_claim is { } own && claims.LastOrDefault() is { } last && (last.Key != own.Object.Key || last.ETag != own.Object.ETag)
            && string.CompareOrdinal(last.Key.Value, own.Object.Key.Value) >= 0)
        {
            order.EndWriting(own.Epoch);
        }
    }

    public void Dispose() => _claiming.Dispose();

    /// <summary>The epoch of the last claim, if there is one; throws <c>index_shared</c> where it is one of another process, whose lease holds.</summary>
    public async Task<long?> RequireFreeAsync()
    {
        var last = await _files.FindClaimAsync(name);
        return last?.Node is { } node && await store.Lease.FindRemainingAsync(node) is { } remaining
            ? throw VectorErrors.Shared(name, remaining)
            : last?.Epoch;
    }

    private async Task<long> ClaimAsync(Func<LogEntry, Task> apply)
    {
        // The log before the claim, so that a process which is behind does not disturb the writer; and again after, because of changes in between.
        var last = await RequireFreeAsync();
        await RequireReadAsync(apply);
        var epoch = Math.Max(last ?? 0, order.Position.Epoch) + 1;
        var claim = await _files.TryClaimAsync(name, epoch, store.Lease.Node) ?? throw VectorErrors.Shared(name, store.Options.LeaseTime);
        await RequireReadAsync(apply);
        if (order.Position.Epoch >= epoch || !await _files.IsLastClaimAsync(name, claim))
        {
            // Others have claimed and begun later epochs meanwhile, so that the number of this one was free again.
            await _files.WithdrawClaimAsync(claim);
            throw VectorErrors.Shared(name, store.Options.LeaseTime);
        }

        if (last is not null || order.Applied > 0)
        {
            await BeginEpochAsync(epoch, apply);
        }

        await _files.RemoveClaimsBeforeAsync(name, epoch);
        _claim = (epoch, claim);
        order.BeginWriting(epoch);
        store.Lease.LogTaken(name.Value, epoch);
        return epoch;
    }

    /// <summary>Writes the object with which the epoch begins, after the last that counts.</summary>
    private async Task BeginEpochAsync(long epoch, Func<LogEntry, Task> apply)
    {
        long? sizeBytes;
        while ((sizeBytes = await _files.AppendAsync(name, generation, dimension, Start(), order.Applied + 1)) is null)
        {
            await RequireReadAsync(apply);
            if (order.Position.Epoch > epoch)
            {
                throw VectorErrors.Shared(name, store.Options.LeaseTime);
            }
        }

        order.MoveTo(new LogPosition(order.Applied + 1, epoch), sizeBytes.Value);

        LogEntry Start() => new(epoch, null, null) { After = order.Applied };
    }

    private async Task RequireReadAsync(Func<LogEntry, Task> apply)
    {
        if (!await _files.ExistsAsync(name, generation))
        {
            throw VectorErrors.Replaced(name);
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await ReadToEndAsync(await _files.ListAsync(name, CancellationToken.None), apply, CancellationToken.None) == LogState.Replaced)
                {
                    throw VectorErrors.Behind(name);
                }

                return;
            }
            catch (InvalidDataException error) when (attempt == ReadAttempts)
            {
                throw VectorErrors.Damaged(name, $"the object {VectorKeys.Log(name, Reading)} is damaged: {error.Message}.");
            }
            catch (InvalidDataException)
            {
                // A listing is not of one moment: what was written meanwhile can be in it without what was written before.
            }
        }
    }

    /// <summary>
    /// The size of the object that has taken a number, if it is of this process after all: a store can repeat a write whose answer was lost. Null for one of a
    /// process that was relieved.
    /// </summary>
    private async Task<long?> FindOwnAsync(long epoch, long sequence)
    {
        try
        {
            return await _files.ReadLogAsync(name, generation, dimension, sequence, CancellationToken.None) is not { } other || other.Entry.Epoch > epoch
                ? throw VectorErrors.Shared(name, store.Options.LeaseTime)
                : other.Entry.Epoch == epoch ? other.SizeBytes : null;
        }
        catch (InvalidDataException)
        {
            throw VectorErrors.Relieved(name); // the index was deleted, and made again
        }
    }

    /// <summary>Removes what this process has written after it was relieved, where nobody reads it any more.</summary>
    private async Task TidyAsync(long? sequence)
    {
        if (sequence is { } written
            && (!await _files.ExistsAsync(name, generation)
                || (await _files.ListAsync(name, CancellationToken.None)).Log.Any(f => f.IsSnapshot && f.Sequence >= written)))
        {
            await _files.WithdrawAsync(name, written);
        }
    }
}
