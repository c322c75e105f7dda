using Lakehouse.Catalog;

namespace Lakehouse.Ingest;

/// <summary>What an ingest did.</summary>
/// <param name="Manifest">The dataset's newest version.</param>
/// <param name="IsUnchanged">True when the newest version already had the same content.</param>
/// <param name="BytesRead">The size of the file.</param>
/// <param name="BytesWritten">The size of its data files.</param>
/// <param name="Delimiter">The delimiter of the fields.</param>
/// <param name="Elapsed">The time from the start of the ingest to the commit.</param>
public sealed record IngestResult(Manifest Manifest, bool IsUnchanged, long BytesRead, long BytesWritten, char Delimiter, TimeSpan Elapsed);
