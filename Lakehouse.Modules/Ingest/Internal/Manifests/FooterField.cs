namespace Lakehouse.Ingest.Internal.Manifests;

/// <summary>The numbers of fields and kinds in the footer of a Parquet file (parquet.thrift of apache/parquet-format).</summary>
internal static class FooterField
{
    // FileMetaData
    public const int Version = 1;
    public const int Schema = 2;
    public const int RowCount = 3;
    public const int RowGroups = 4;
    public const int Writer = 6;

    // SchemaElement
    public const int NodeType = 1;
    public const int NodeRepetition = 3;
    public const int NodeName = 4;
    public const int NodeChildren = 5;
    public const int NodeConverted = 6;

    // FieldRepetitionType
    public const int Optional = 1;
    public const int Repeated = 2;

    // RowGroup
    public const int GroupColumns = 1;
    public const int GroupSize = 2;
    public const int GroupRows = 3;

    // ColumnChunk
    public const int ColumnOffset = 2;
    public const int ColumnMetadata = 3;

    // ColumnMetaData
    public const int ColumnType = 1;
    public const int ColumnEncodings = 2;
    public const int ColumnPath = 3;
    public const int ColumnCodec = 4;
    public const int ColumnValues = 5;
    public const int ColumnUnpackedSize = 6;
    public const int ColumnSize = 7;
    public const int ColumnFirstPage = 9;

    /// <summary>Parquet's <c>Type</c>.</summary>
    public static int PhysicalType(ParquetType type) => type switch
    {
        ParquetType.Boolean => 0,
        ParquetType.Int32 => 1,
        ParquetType.Int64 or ParquetType.Timestamp => 2,
        _ => 6,
    };

    /// <summary>Parquet's <c>ConvertedType</c>, where there is one.</summary>
    public static int? ConvertedType(ParquetNode node) => node.Type switch
    {
        null => node.IsList ? 3 : null,
        ParquetType.Text => 0,
        ParquetType.Timestamp => 10,
        ParquetType.Int32 => 17,
        ParquetType.Int64 => 18,
        _ => null,
    };
}
