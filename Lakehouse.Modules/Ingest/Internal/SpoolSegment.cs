namespace Lakehouse.Ingest.Internal;

/// <summary>A piece of a file: whole records in canonical form, without a header.</summary>
/// <param name="Index">Its place, from 0.</param>
/// <param name="Path">The scratch file.</param>
/// <param name="RowCount">Its records.</param>
internal sealed record SpoolSegment(int Index, string Path, long RowCount);
