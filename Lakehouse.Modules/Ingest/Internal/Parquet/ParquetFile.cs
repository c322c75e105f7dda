namespace Lakehouse.Ingest.Internal.Parquet;

/// <summary>A Parquet file that was sent, in the scratch space, flushed to the disk.</summary>
/// <param name="Path">The file.</param>
/// <param name="SizeBytes">Its length.</param>
/// <param name="Sha256">The SHA-256 of its bytes in lower-case hex.</param>
internal sealed record ParquetFile(string Path, long SizeBytes, string Sha256);
