namespace Lakehouse.Ingest;

/// <summary>The format of a file.</summary>
public enum FileFormat
{
    /// <summary>Values with a delimiter between them, RFC 4180 and its dialects.</summary>
    Csv,

    /// <summary>JSON objects (RFC 8259): in one array, or one after the other.</summary>
    Json,

    /// <summary>JSON objects, one on each line.</summary>
    NdJson,

    /// <summary>Apache Parquet, which is stored as it is.</summary>
    Parquet,
}
