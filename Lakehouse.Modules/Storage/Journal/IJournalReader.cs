namespace Lakehouse.Storage;

/// <summary>Reads what was recorded with <see cref="Core.Journal.IJournal"/>, by this process and by others that share the bucket. Thread-safe.</summary>
public interface IJournalReader
{
    /// <summary>Entries after a time, the oldest first. More than <paramref name="countMax"/> entries mean that there are more.</summary>
    Task<IReadOnlyList<JournalEntry>> ReadAsync(DateTime since, int countMax, CancellationToken cancellationToken);
}
