using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>A data file that a writer wants to be part of a dataset. It is in the bucket; the catalog looks it up there.</summary>
/// <param name="Key">The object.</param>
/// <param name="RowCount">Its rows; null when the writer does not say.</param>
/// <param name="Sha256">Lower-case hex of its bytes; null when the writer does not say.</param>
public sealed record OfferedFile(ObjectKey Key, long? RowCount = null, string? Sha256 = null);
