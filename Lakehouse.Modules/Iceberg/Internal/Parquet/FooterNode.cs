namespace Lakehouse.Iceberg.Internal.Parquet;

/// <summary>A node of the schema of a Parquet file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Children">Those of a group, in order.</param>
internal sealed record FooterNode(string Name, IReadOnlyList<FooterNode> Children)
{
    // ConvertedType of parquet.thrift
    public const int Text = 0;
    public const int Decimal = 5;
    public const int Date = 6;
    public const int TimeMicros = 8;
    public const int TimestampMicros = 10;

    /// <summary>The id of the field that it is; null for none.</summary>
    public int? FieldId { get; init; }

    /// <summary>How its values are stored; null for a group.</summary>
    public PhysicalType? Type { get; init; }

    /// <summary>What these mean: the <c>ConvertedType</c>; null for none.</summary>
    public int? Meaning { get; init; }

    /// <summary>The digits after the point of a decimal.</summary>
    public int Scale { get; init; }

    /// <summary>Its place among the leaves; -1 for a group.</summary>
    public int Leaf { get; init; } = -1;
}
