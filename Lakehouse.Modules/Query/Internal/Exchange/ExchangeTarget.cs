namespace Lakehouse.Query.Internal.Exchange;

/// <summary>What rows are written as, for <see cref="ExchangeTypes"/>.</summary>
internal enum ExchangeTarget
{
    /// <summary>An answer in Arrow.</summary>
    Arrow,

    /// <summary>An answer in Parquet.</summary>
    Parquet,

    /// <summary>A data file in Parquet, whose columns must be read with the types with which they were written.</summary>
    Dataset,
}
