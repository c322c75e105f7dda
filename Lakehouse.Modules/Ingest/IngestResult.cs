using Lakehouse.Catalog;

namespace Lakehouse.Ingest;

/// <summary>What an ingest did.</summary>
/// <param name="Manifest">The dataset's newest version.</param>
/// <param name="IsUnchanged">True when the dataset held just this already.</param>
/// <param name="BytesRead">The size of the file.</param>
/// <param name="BytesWritten">The size of its data files.</param>
/// <param name="Delimiter">What stands between the fields.</param>
/// <param name="Elapsed">From the first byte to the commit.</param>
public sealed record IngestResult(Manifest Manifest, bool IsUnchanged, long BytesRead, long BytesWritten, char Delimiter, TimeSpan Elapsed);
