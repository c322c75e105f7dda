namespace Lakehouse.Ingest;

/// <summary>How a file was read, and what was decided.</summary>
/// <param name="Format">Its format.</param>
/// <param name="BytesRead">The size of the file as it was sent.</param>
/// <param name="Delimiter">The delimiter of the fields; null where there is none.</param>
/// <param name="Encoding">The encoding of the text; null for a file that is no text.</param>
/// <param name="Compression"><c>gzip</c>; null when the file was not packed.</param>
/// <param name="Columns">The type of each column, and why.</param>
/// <param name="Notes">What was recognised and left out, a sentence each.</param>
/// <param name="SkippedCount">How many rows were left out because they cannot be read.</param>
/// <param name="Skipped">The first hundred of them.</param>
public sealed record FileReading(
    FileFormat Format,
    long BytesRead,
    char? Delimiter,
    string? Encoding,
    string? Compression,
    IReadOnlyList<ColumnDecision> Columns,
    IReadOnlyList<string> Notes,
    long SkippedCount,
    IReadOnlyList<SkippedRow> Skipped);
