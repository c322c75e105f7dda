namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>A field of a <see cref="CsvRecord"/>.</summary>
/// <param name="Start">Where its unescaped bytes begin in the record's text.</param>
/// <param name="Length">Their count.</param>
/// <param name="Offset">Where it begins in the data.</param>
/// <param name="IsQuoted">True when the field was quoted. An empty quoted field is an empty text; an empty unquoted field is NULL.</param>
/// <param name="IsNull">Whether it means NULL: not quoted, and empty or a text that was told to mean that.</param>
internal readonly record struct CsvField(int Start, int Length, int Offset, bool IsQuoted, bool IsNull);
