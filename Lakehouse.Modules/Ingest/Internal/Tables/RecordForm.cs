namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>The form of canonical records: fields in RFC 4180's quotes where they need them, lines that end with a line feed.</summary>
/// <param name="Delimiter">Between fields.</param>
/// <param name="IsOpen">
/// Whether columns may be added after records were written: each record then begins with a field that is no column, so that none is a blank line, and those
/// that end early are NULL in the rest.
/// </param>
internal sealed record RecordForm(byte Delimiter, bool IsOpen = false);
