using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>One of the immutable Parquet files that hold a dataset's rows.</summary>
/// <param name="Key">The object.</param>
/// <param name="SizeBytes">Its length.</param>
/// <param name="RowCount">Its rows; null when whoever registered it did not say.</param>
/// <param name="Sha256">Lower-case hex of its bytes; null when whoever registered it did not say.</param>
public sealed record DataFile(ObjectKey Key, long SizeBytes, long? RowCount = null, string? Sha256 = null);
