namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>The form of a CSV file's records.</summary>
/// <param name="Delimiter">Between fields.</param>
/// <param name="Quote">Around fields; 0 for none.</param>
/// <param name="Escape">Makes the byte after it plain; the quote itself when it is doubled, 0 for none.</param>
/// <param name="Comment">Lines that begin with it are left out; 0 for none.</param>
/// <param name="Trim">Whether blanks around a field that is not quoted are left out.</param>
/// <param name="IgnoreTrailing">Whether an empty field after the last column is left out.</param>
internal sealed record CsvDialect(
    byte Delimiter, byte Quote = (byte)'"', byte Escape = (byte)'"', byte Comment = 0, bool Trim = false, bool IgnoreTrailing = false)
{
    /// <summary>Whether it is RFC 4180 but for the delimiter.</summary>
    public bool IsPlain => this == new CsvDialect(Delimiter);
}
