using System.Collections.Concurrent;
using Lakehouse.Core.Journal;

namespace Lakehouse.Storage.Internal.Journal;

/// <summary>Entries that wait to be written to the bucket. Bounded, so that a store that fails for hours does not fill the memory with entries.</summary>
internal sealed class JournalQueue(StorageOptions options, TimeProvider time) : IJournal
{
    private readonly ConcurrentQueue<JournalEntry> _entries = new();
    private int _count;
    private long _dropped;

    public void Record(string code, string subject, string message)
    {
        if (Interlocked.Increment(ref _count) > options.JournalMaxPending)
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Increment(ref _dropped);
            return;
        }

        _entries.Enqueue(new JournalEntry(time.GetUtcNow().UtcDateTime, code, subject, message));
    }

    /// <summary>Takes up to <paramref name="countMax"/> entries, and one more that says how many were dropped, if any were.</summary>
    public List<JournalEntry> Take(int countMax)
    {
        var taken = new List<JournalEntry>();
        while (taken.Count < countMax && _entries.TryDequeue(out var entry))
        {
            Interlocked.Decrement(ref _count);
            taken.Add(entry);
        }

        if (Interlocked.Exchange(ref _dropped, 0) is var dropped and > 0)
        {
            taken.Add(
                new JournalEntry(
                    time.GetUtcNow().UtcDateTime,
                    "journal_full",
                    "journal",
                    $"{dropped} entries were left out, because more than {options.JournalMaxPending} waited to be written (journal.max_pending)."));
        }

        return taken;
    }
}
