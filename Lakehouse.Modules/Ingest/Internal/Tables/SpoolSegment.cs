namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>A segment of an ingested file: whole records in canonical form, without a header.</summary>
/// <param name="Index">Its position in the file, from 0.</param>
/// <param name="Path">The scratch file.</param>
/// <param name="RowCount">The count of its records.</param>
internal sealed record SpoolSegment(int Index, string Path, long RowCount);
