namespace Lakehouse.Vector.Internal;

/// <summary>
/// Numbers the changes of an index and applies them in the order of their numbers, also where a later one is durable before an earlier one.
/// Thread-safe.
/// </summary>
internal sealed class ChangeOrder
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, long> _log = [];
    private Task _last = Task.CompletedTask;
    private long _snapshot;
    private long _sequence;
    private long _applied;
    private long _logBytes;

    /// <summary>The number of the last change that was applied. Each earlier one was applied as well, or has failed.</summary>
    public long Applied => Volatile.Read(ref _applied);

    /// <summary>The size of the last snapshot.</summary>
    public long SnapshotBytes { get; set; }

    /// <summary>How many changes are in the log and not in a snapshot.</summary>
    public int LogCount
    {
        get
        {
            lock (_gate)
            {
                return _log.Count;
            }
        }
    }

    /// <summary>The size of those changes in the log.</summary>
    public long LogBytes => Volatile.Read(ref _logBytes);

    /// <summary>
    /// Whether a snapshot or a log object was read when the index was opened. Not all up to the last one need be: of batches that another process writes
    /// concurrently, a later one can be durable before an earlier one. To be asked before this process has made a change.
    /// </summary>
    public bool HasRead(bool isSnapshot, long sequence)
    {
        lock (_gate)
        {
            return sequence <= _snapshot || (!isSnapshot && _log.ContainsKey(sequence));
        }
    }

    /// <summary>Sets the numbers of the last change and of the snapshot that was read when an index is opened.</summary>
    public void Restore(long sequence, long snapshot)
    {
        _snapshot = snapshot;
        _sequence = sequence;
        Volatile.Write(ref _applied, sequence);
    }

    /// <summary>Records that an object was added to the log.</summary>
    public void AddToLog(long sequence, long sizeBytes)
    {
        lock (_gate)
        {
            _log[sequence] = sizeBytes;
            _logBytes += sizeBytes;
        }
    }

    /// <summary>The numbers of the log objects up to <paramref name="sequence"/>.</summary>
    public IReadOnlyList<long> LogUpTo(long sequence)
    {
        lock (_gate)
        {
            return [.. _log.Keys.TakeWhile(s => s <= sequence)];
        }
    }

    /// <summary>Records that an object of the log was deleted.</summary>
    public void RemoveFromLog(long sequence)
    {
        lock (_gate)
        {
            if (_log.Remove(sequence, out var sizeBytes))
            {
                _logBytes -= sizeBytes;
            }
        }
    }

    /// <summary>Runs a change: makes it durable, then applies it when all earlier changes were applied.</summary>
    /// <param name="write">Makes the change durable under the given number.</param>
    /// <param name="apply">Applies it; calls its argument when the next one may be applied.</param>
    public async Task<T> RunAsync<T>(Func<long, Task> write, Func<Action, Task<T>> apply)
    {
        long sequence;
        Task before;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            sequence = ++_sequence;
            (before, _last) = (_last, done.Task);
        }

        try
        {
            await write(sequence);
            await before;
            return await apply(() =>
            {
                Volatile.Write(ref _applied, sequence);
                done.TrySetResult();
            });
        }
        finally
        {
            await before; // also when this change has failed: the next one must not overtake the previous one
            done.TrySetResult();
        }
    }
}
