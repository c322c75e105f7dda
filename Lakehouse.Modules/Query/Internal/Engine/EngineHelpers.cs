using System.Diagnostics;
using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>
/// The threads of an engine beside those of its statements. They help with a statement that has run for a moment, and leave the others to their own threads: to
/// wake another thread for every small statement costs more than it gains, for the statement and for those beside it. While there is nothing to do they look
/// less and less often, and wait once no statement runs.
/// </summary>
internal sealed class EngineHelpers : IDisposable
{
    private const int TasksAtOnce = 16;
    private const int SleepMaxMs = 16;

    private static readonly TimeSpan HelpAfter = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan WaitAfter = TimeSpan.FromMilliseconds(100);

    private readonly LinkedList<long> _started = [];
    private readonly List<(Thread Thread, DuckDbTasks Tasks)> _helpers = [];
    private bool _isEnded;

    /// <summary>Starts the threads.</summary>
    /// <param name="database">The instance, whose setting <c>external_threads</c> equals its <c>threads</c>.</param>
    /// <param name="count">How many.</param>
    public EngineHelpers(DuckDbDatabase database, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var tasks = database.CreateTasks();
            _helpers.Add((DuckDbThread.Start("helper", () => Help(tasks)), tasks));
        }
    }

    /// <summary>Says that a statement begins. The result is disposed of at its end.</summary>
    public IDisposable Enter()
    {
        lock (_started)
        {
            Monitor.PulseAll(_started);
            return new Statement(this, _started.AddLast(Stopwatch.GetTimestamp()));
        }
    }

    public void Dispose()
    {
        lock (_started)
        {
            _isEnded = true;
            Monitor.PulseAll(_started);
        }

        foreach (var (thread, tasks) in _helpers)
        {
            thread.Join();
            tasks.Dispose();
        }
    }

    private void Help(DuckDbTasks tasks)
    {
        var (sleepMs, idleSince) = (1, Stopwatch.GetTimestamp());
        while (!Volatile.Read(ref _isEnded))
        {
            var oldest = FindOldest();
            if (oldest is null && Stopwatch.GetElapsedTime(idleSince) > WaitAfter)
            {
                Wait();
                (sleepMs, idleSince) = (1, Stopwatch.GetTimestamp());
                continue;
            }

            idleSince = oldest is null ? idleSince : Stopwatch.GetTimestamp();
            var isHelping = oldest is { } started && Stopwatch.GetElapsedTime(started) > HelpAfter;
            if (isHelping && tasks.Run(TasksAtOnce) > 0)
            {
                sleepMs = 1;
                continue;
            }

            // A statement that is paused, or that one thread can run alone, is looked at less and less often.
            Thread.Sleep(sleepMs);
            sleepMs = isHelping ? Math.Min(sleepMs * 2, SleepMaxMs) : 1;
        }
    }

    private void Wait()
    {
        lock (_started)
        {
            while (_started.Count == 0 && !_isEnded)
            {
                Monitor.Wait(_started);
            }
        }
    }

    private long? FindOldest()
    {
        lock (_started)
        {
            return _started.First?.Value;
        }
    }

    private void Leave(LinkedListNode<long> node)
    {
        lock (_started)
        {
            if (node.List is not null)
            {
                _started.Remove(node);
            }
        }
    }

    private sealed class Statement(EngineHelpers helpers, LinkedListNode<long> node) : IDisposable
    {
        public void Dispose() => helpers.Leave(node);
    }
}
