namespace Lakehouse.Ingest;

/// <summary>The format of a file.</summary>
public enum FileFormat
{
    /// <summary>Values with a delimiter between them, RFC 4180 and its dialects.</summary>
    Csv,
}
