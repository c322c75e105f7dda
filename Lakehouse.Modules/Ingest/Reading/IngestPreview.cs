namespace Lakehouse.Ingest;

/// <summary>What an ingest would make of a file, as far as its beginning tells.</summary>
/// <param name="Reading">How the beginning was read.</param>
/// <param name="Rows">The first rows: for each column the value as text in the form that SQL casts it to, or null.</param>
/// <param name="IsWhole">Whether the beginning was all of the file; if not, a later value can make a column text.</param>
public sealed record IngestPreview(FileReading Reading, IReadOnlyList<IReadOnlyList<string?>> Rows, bool IsWhole);
