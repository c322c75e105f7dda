namespace Lakehouse.Iceberg.Internal.Parquet;

/// <summary>How a Parquet file stores values (<c>Type</c> in parquet.thrift of apache/parquet-format).</summary>
internal enum PhysicalType
{
    Boolean = 0,
    Int32 = 1,
    Int64 = 2,
    Int96 = 3,
    Float = 4,
    Double = 5,
    ByteArray = 6,
    FixedLengthByteArray = 7,
}
