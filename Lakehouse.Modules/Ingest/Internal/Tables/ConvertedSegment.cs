namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>A segment as a Parquet file in the scratch space, flushed to the disk.</summary>
/// <param name="Segment">The segment that was converted.</param>
/// <param name="Schema">The schema that the segment was read with.</param>
/// <param name="Path">The Parquet file.</param>
/// <param name="SizeBytes">Its length.</param>
/// <param name="Sha256">The SHA-256 of its bytes in lower-case hex.</param>
internal sealed record ConvertedSegment(SpoolSegment Segment, TableSchema Schema, string Path, long SizeBytes, string Sha256);
