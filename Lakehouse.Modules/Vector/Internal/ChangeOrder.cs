namespace Lakehouse.Vector.Internal;

/// <summary>
/// Numbers the changes of an index and lets them be applied in the order of their numbers: a later one may be durable first, and is applied after.
/// Thread-safe.
/// </summary>
internal sealed class ChangeOrder
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, long> _log = [];
    private Task _last = Task.CompletedTask;
    private long _sequence;
    private long _applied;
    private long _logBytes;

    /// <summary>The number of the last change that was applied; all before it were, too, or never will be.</summary>
    public long Applied => Volatile.Read(ref _applied);

    /// <summary>The bytes of the last snapshot.</summary>
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

    /// <summary>Their bytes.</summary>
    public long LogBytes => Volatile.Read(ref _logBytes);

    /// <summary>Sets the state after a start.</summary>
    public void Restore(long sequence)
    {
        _sequence = sequence;
        Volatile.Write(ref _applied, sequence);
    }

    /// <summary>Notes an object of the log.</summary>
    public void AddToLog(long sequence, long sizeBytes)
    {
        lock (_gate)
        {
            _log[sequence] = sizeBytes;
            _logBytes += sizeBytes;
        }
    }

    /// <summary>The objects of the log up to a number.</summary>
    public IReadOnlyList<long> LogUpTo(long sequence)
    {
        lock (_gate)
        {
            return [.. _log.Keys.TakeWhile(s => s <= sequence)];
        }
    }

    /// <summary>Forgets an object of the log.</summary>
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

    /// <summary>Runs a change: makes it durable, then applies it after those before it.</summary>
    /// <param name="write">Makes the change of a number durable.</param>
    /// <param name="apply">Applies it; calls its argument when the next one may be applied.</param>
    public async Task<T> RunAsync<T>(Func<long, Task> write, Func<Action, Task<T>> apply)
    {
        long sequence;
        Task before;
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            sequence = ++_sequence;
            (before, _last) = (_last, turn.Task);
        }

        try
        {
            await write(sequence);
            await before;
            return await apply(() =>
            {
                Volatile.Write(ref _applied, sequence);
                turn.TrySetResult();
            });
        }
        finally
        {
            await before; // also when this one failed: the next must not overtake the one before
            turn.TrySetResult();
        }
    }
}
