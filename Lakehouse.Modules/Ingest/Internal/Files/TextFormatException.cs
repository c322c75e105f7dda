namespace Lakehouse.Ingest.Internal.Files;

/// <summary>
/// The block being scanned is malformed at an offset. The scanner translates it with <see cref="TextErrors"/>, which adds line and column.
/// </summary>
internal sealed class TextFormatException(string code, int offset, string message) : Exception(message)
{
    public string Code => code;

    /// <summary>In bytes from the start of the block.</summary>
    public int Offset => offset;
}
