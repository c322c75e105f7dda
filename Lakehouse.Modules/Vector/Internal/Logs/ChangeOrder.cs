using Lakehouse.Vector.Internal.Files;

namespace Lakehouse.Vector.Internal.Logs;

/// <summary>
/// Numbers the changes of an index and applies them in the order of their numbers, also where a later one is durable before an earlier one. Every number that
/// is given out becomes an object of the log, or ends the epoch of the writer: then nothing after it is acknowledged. Thread-safe.
/// </summary>
internal sealed class ChangeOrder
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, long> _log = [];
    private Task _last = Task.CompletedTask;
    private LogPosition _applied;
    private long _sequence;
    private long? _writing;
    private long _logBytes;

    /// <summary>The place of the last object of the log that was applied. Each earlier one was applied as well, or does not count.</summary>
    public LogPosition Position
    {
        get
        {
            lock (_gate)
            {
                return _applied;
            }
        }
    }

    /// <summary>The number of the last change that was applied.</summary>
    public long Applied => Position.Sequence;

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

    /// <summary>The epoch in which this process writes; null while it does not.</summary>
    public long? WritingEpoch
    {
        get
        {
            lock (_gate)
            {
                return _writing;
            }
        }
    }

    /// <summary>Sets where the log stands after an object of it was applied or passed over.</summary>
    /// <param name="position">The place.</param>
    /// <param name="sizeBytes">The size of the object, which a later snapshot replaces; 0 where there is none.</param>
    public void MoveTo(LogPosition position, long sizeBytes)
    {
        lock (_gate)
        {
            _applied = position;
            _sequence = Math.Max(_sequence, position.Sequence);
            if (sizeBytes > 0)
            {
                _log[position.Sequence] = sizeBytes;
                _logBytes += sizeBytes;
            }
        }
    }

    /// <summary>Records that a snapshot contains the changes up to a number.</summary>
    public void Compact(long sequence)
    {
        lock (_gate)
        {
            foreach (var compacted in _log.Keys.TakeWhile(s => s <= sequence).ToList())
            {
                _log.Remove(compacted, out var sizeBytes);
                _logBytes -= sizeBytes;
            }
        }
    }

    /// <summary>Begins an epoch of this process. Its first number is the one after the last that was applied.</summary>
    public void BeginWriting(long epoch)
    {
        lock (_gate)
        {
            (_writing, _sequence) = (epoch, _applied.Sequence);
        }
    }

    /// <summary>Ends an epoch of this process: what is not applied yet is not applied by it any more.</summary>
    public void EndWriting(long epoch)
    {
        lock (_gate)
        {
            _writing = _writing == epoch ? null : _writing;
        }
    }

    /// <summary>Runs something after all changes that have begun, and before all later ones.</summary>
    public async Task<T> RunAloneAsync<T>(Func<Task<T>> action)
    {
        Task before;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            (before, _last) = (_last, done.Task);
        }

        try
        {
            await before;
            return await action();
        }
        finally
        {
            await before;
            done.TrySetResult();
        }
    }

    /// <summary>Runs a change: makes it durable, then applies it when all earlier changes were applied.</summary>
    /// <param name="epoch">The epoch in which it is made.</param>
    /// <param name="write">
    /// Makes the change durable under the given number. Null when the object of that number is another one, which does not count; else the object's size.
    /// </param>
    /// <param name="apply">Applies it under its number; calls its argument when the next one may be applied.</param>
    /// <param name="ended">The error where the epoch has ended.</param>
    public async Task<T> RunAsync<T>(long epoch, Func<long, Task<long?>> write, Func<long, Action, Task<T>> apply, Func<Exception> ended)
    {
        while (true)
        {
            long sequence;
            Task before;
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gate)
            {
                RequireEpoch();
                sequence = ++_sequence;
                (before, _last) = (_last, done.Task);
            }

            try
            {
                long? sizeBytes;
                try
                {
                    sizeBytes = await write(sequence);
                }
                catch
                {
                    EndWriting(epoch);
                    throw;
                }

                await before;
                lock (_gate)
                {
                    RequireEpoch();
                }

                if (sizeBytes is not { } size)
                {
                    MoveTo(new LogPosition(sequence, epoch), 0);
                    continue;
                }

                return await apply(sequence, () =>
                {
                    MoveTo(new LogPosition(sequence, epoch), size);
                    done.TrySetResult();
                });
            }
            finally
            {
                await before; // also when this change has failed: the next one must not overtake the previous one
                done.TrySetResult();
            }
        }

        void RequireEpoch()
        {
            if (_writing != epoch)
            {
                throw ended();
            }
        }
    }
}
