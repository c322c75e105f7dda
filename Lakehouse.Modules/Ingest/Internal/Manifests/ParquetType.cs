namespace Lakehouse.Ingest.Internal.Manifests;

/// <summary>The types of a manifest's values.</summary>
internal enum ParquetType
{
    /// <summary>BOOLEAN.</summary>
    Boolean,

    /// <summary>INT32.</summary>
    Int32,

    /// <summary>INT64.</summary>
    Int64,

    /// <summary>INT64 as microseconds since 1970, without a zone.</summary>
    Timestamp,

    /// <summary>BYTE_ARRAY as UTF-8.</summary>
    Text,
}
