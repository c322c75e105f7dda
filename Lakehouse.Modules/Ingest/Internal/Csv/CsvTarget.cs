namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>The canonical form of the records of an ingest: that of its first file.</summary>
/// <param name="Delimiter">Between fields.</param>
/// <param name="Order">For each column the field of this file's records that belongs to it; null when they are in the same order.</param>
internal sealed record CsvTarget(byte Delimiter, int[]? Order = null);
