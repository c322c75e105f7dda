namespace Lakehouse.Ingest;

/// <summary>What an ingest did.</summary>
/// <param name="Version">The version that it made, or that had the same content.</param>
/// <param name="RowCount">Rows in the dataset.</param>
/// <param name="Unchanged">True when the newest version already had the same content.</param>
/// <param name="ReplacedRows">For an upsert: how many rows have got others in their place.</param>
/// <param name="SkippedRows">How many rows were left out.</param>
/// <param name="Notes">What was left out or found out, a sentence each.</param>
/// <param name="ElapsedMs">How long it took.</param>
public sealed record IngestJobResult(
    long Version, long RowCount, bool Unchanged, long ReplacedRows, long SkippedRows, IReadOnlyList<string> Notes, long ElapsedMs);
