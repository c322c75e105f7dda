using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>A dataset at a version: the list of its data files. The newest version is the dataset, the older ones are its snapshots.</summary>
/// <param name="DatasetId">A UUID made of the name.</param>
/// <param name="Name">The dataset.</param>
/// <param name="Version">1 for the first commit, then one more for each.</param>
/// <param name="Fingerprint">The identity of the schema; the same in every version until the dataset is dropped.</param>
/// <param name="Columns">In order; empty when whoever registered the dataset did not say.</param>
/// <param name="Objects">In the order of the rows.</param>
/// <param name="RowCount">Rows in all files.</param>
/// <param name="CreatedAt">When its first version was committed, or the first one after it was dropped, UTC.</param>
/// <param name="UpdatedAt">When this version was committed, UTC.</param>
/// <param name="IsDropped">Whether this version says that there is no such dataset any more; then it has no data files.</param>
public sealed record Manifest(
    Guid DatasetId,
    DatasetName Name,
    long Version,
    SchemaFingerprint Fingerprint,
    IReadOnlyList<DatasetColumn> Columns,
    IReadOnlyList<DataFile> Objects,
    long RowCount,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    bool IsDropped = false);
