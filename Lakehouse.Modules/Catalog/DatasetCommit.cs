using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>What a writer wants a dataset to be from now on.</summary>
/// <param name="Name">The dataset, new or there.</param>
/// <param name="Fingerprint">The identity of the schema.</param>
/// <param name="Columns">In order; may be empty.</param>
/// <param name="Objects">The data files, each stored already.</param>
/// <param name="RowCount">Rows in all files.</param>
public sealed record DatasetCommit(
    DatasetName Name,
    SchemaFingerprint Fingerprint,
    IReadOnlyList<DatasetColumn> Columns,
    IReadOnlyList<OfferedFile> Objects,
    long RowCount);
