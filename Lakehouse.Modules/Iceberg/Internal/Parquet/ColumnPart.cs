namespace Lakehouse.Iceberg.Internal.Parquet;

/// <summary>What a row group says of one of its columns.</summary>
/// <param name="ValueCount">Its values, NULL ones too.</param>
/// <param name="SizeBytes">Their size in the file.</param>
/// <param name="Start">Where they begin in the file.</param>
internal sealed record ColumnPart(long ValueCount, long SizeBytes, long Start)
{
    /// <summary>How many values are NULL; null where that is not said.</summary>
    public long? NullCount { get; init; }

    /// <summary>A lower bound, as its type is stored; null for none.</summary>
    public byte[]? Min { get; init; }

    /// <summary>An upper bound.</summary>
    public byte[]? Max { get; init; }
}
