namespace Lakehouse.Storage;

/// <summary>An entry of the journal, one line of JSON.</summary>
/// <param name="Time">When it was recorded, UTC.</param>
/// <param name="Code">A stable machine-readable name.</param>
/// <param name="Subject">What the entry is about: an object key, a dataset, a bucket.</param>
/// <param name="Message">One or two sentences for a person.</param>
public sealed record JournalEntry(DateTime Time, string Code, string Subject, string Message);
