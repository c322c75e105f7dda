namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>
/// The block being scanned is not valid CSV at an offset. The scanner translates it with <see cref="CsvErrors"/>, which adds line and column.
/// </summary>
internal sealed class CsvFormatException(string code, int offset, string message) : Exception(message)
{
    public string Code => code;

    /// <summary>In bytes from the start of the block.</summary>
    public int Offset => offset;
}
