namespace Lakehouse.Ingest.Internal.Manifests;

/// <summary>The numbers of fields and kinds in Parquet's description of itself (parquet.thrift of apache/parquet-format).</summary>
internal static class PageField
{
    // PageHeader
    public const int Type = 1;
    public const int UnpackedSize = 2;
    public const int Size = 3;
    public const int Checksum = 4;
    public const int DataHeader = 5;

    // DataPageHeader
    public const int ValueCount = 1;
    public const int Encoding = 2;
    public const int DefinitionEncoding = 3;
    public const int RepetitionEncoding = 4;

    // Encoding
    public const int Plain = 0;
    public const int RunLength = 3;

    // CompressionCodec
    public const int Uncompressed = 0;
    public const int Gzip = 2;
}
