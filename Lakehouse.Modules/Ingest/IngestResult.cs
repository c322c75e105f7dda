using Lakehouse.Catalog;

namespace Lakehouse.Ingest;

/// <summary>What an ingest did.</summary>
/// <param name="Manifest">The dataset's newest version.</param>
/// <param name="IsUnchanged">True when the newest version already had the same content.</param>
/// <param name="BytesWritten">The size of the data files that were written.</param>
/// <param name="Reading">How the file was read.</param>
/// <param name="ReplacedCount">For an upsert: how many rows have got others in their place.</param>
/// <param name="Elapsed">The time from the start of the ingest to the commit.</param>
public sealed record IngestResult(Manifest Manifest, bool IsUnchanged, long BytesWritten, FileReading Reading, long ReplacedCount, TimeSpan Elapsed);
