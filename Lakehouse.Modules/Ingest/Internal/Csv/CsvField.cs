namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>A field of a record.</summary>
/// <param name="Text">The value without its quotes, and with doubled quotes made single.</param>
/// <param name="IsQuoted">True when the field was quoted. An empty quoted field is an empty text; an empty unquoted field is NULL.</param>
internal readonly record struct CsvField(string Text, bool IsQuoted);
