namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>A place in the block being scanned where it is not CSV. The scanner makes a <see cref="CsvErrors"/> of it, which knows the line.</summary>
internal sealed class CsvFormatException(string code, int offset, string message) : Exception(message)
{
    public string Code => code;

    /// <summary>In bytes from the start of the block.</summary>
    public int Offset => offset;
}
