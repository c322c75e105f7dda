using Lakehouse.Catalog.Internal;
using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>One of the immutable Parquet files that hold a dataset's rows.</summary>
/// <param name="Key">The object.</param>
/// <param name="SizeBytes">Its length.</param>
/// <param name="RowCount">Its rows; null when the client that registered it did not say.</param>
/// <param name="Sha256">The SHA-256 of its bytes in lower-case hex; null when the client that registered it did not say.</param>
/// <param name="Columns">Its columns where they are not those of the dataset, because it was written before these changed; null otherwise.</param>
public sealed record DataFile(
    ObjectKey Key, long SizeBytes, long? RowCount = null, string? Sha256 = null, IReadOnlyList<DatasetColumn>? Columns = null)
{
    /// <summary>Whether this program has made it, and no client: its key is one that only data files have.</summary>
    public bool IsOwn => DataFileKey.Is(Key);
}
