using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>A data file that a writer wants to make part of a dataset. It must be in the bucket; the catalog looks it up there.</summary>
/// <param name="Key">The object.</param>
/// <param name="RowCount">Its rows; null when the writer does not say.</param>
/// <param name="Sha256">The SHA-256 of its bytes in lower-case hex; null when the writer does not say.</param>
/// <param name="Columns">Its columns where they are not those of the commit; null otherwise.</param>
public sealed record OfferedFile(ObjectKey Key, long? RowCount = null, string? Sha256 = null, IReadOnlyList<DatasetColumn>? Columns = null);
