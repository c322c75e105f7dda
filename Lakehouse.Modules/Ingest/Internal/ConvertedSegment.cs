namespace Lakehouse.Ingest.Internal;

/// <summary>A segment as a Parquet file in the scratch space, flushed to the disk.</summary>
/// <param name="Segment">What it was made of.</param>
/// <param name="Schema">How that was read.</param>
/// <param name="Path">The Parquet file.</param>
/// <param name="SizeBytes">Its length.</param>
/// <param name="Sha256">Lower-case hex of its bytes.</param>
internal sealed record ConvertedSegment(SpoolSegment Segment, CsvSchema Schema, string Path, long SizeBytes, string Sha256);
