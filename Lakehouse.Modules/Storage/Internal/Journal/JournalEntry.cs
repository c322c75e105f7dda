namespace Lakehouse.Storage.Internal.Journal;

/// <summary>A line of the journal.</summary>
/// <param name="Time">When, UTC.</param>
/// <param name="Code">A stable name.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Message">For a person.</param>
internal sealed record JournalEntry(DateTime Time, string Code, string Subject, string Message);
