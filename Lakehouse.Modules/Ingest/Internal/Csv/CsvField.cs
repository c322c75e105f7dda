namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>A field of a record.</summary>
/// <param name="Text">Without its quotes, doubled quotes made single.</param>
/// <param name="IsQuoted">True when it was quoted: an empty one is then an empty text, not NULL.</param>
internal readonly record struct CsvField(string Text, bool IsQuoted);
