using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>A version of a dataset: its columns and data files. The newest version is what queries see; the older ones are its snapshots.</summary>
/// <param name="DatasetId">A UUID computed from the name.</param>
/// <param name="Name">The dataset.</param>
/// <param name="Version">1 for the first commit, and at least one more for each later commit.</param>
/// <param name="Fingerprint">The identity of the schema; the same in every version until the dataset is dropped.</param>
/// <param name="Columns">In order; empty when the client that registered the dataset did not say.</param>
/// <param name="Objects">The data files, in the order of the rows.</param>
/// <param name="RowCount">Rows in all files.</param>
/// <param name="CreatedAt">When the first version was committed, or the first one after a drop, UTC.</param>
/// <param name="UpdatedAt">When this version was committed, UTC.</param>
/// <param name="IsDropped">True when this version marks the dataset as dropped; it has no data files then.</param>
/// <param name="MadeBy">What made it, e.g. <c>ingest</c> or <c>restore of version 3</c>; null in manifests of earlier builds.</param>
/// <param name="Definition">The query of a view or of a derived dataset; null for other datasets.</param>
/// <param name="Requests">The last requests with a key that this dataset has answered, oldest first; null for none.</param>
/// <param name="RowsSince">An earlier version with the same rows in other data files; null where this version has changed the rows.</param>
/// <param name="SortBy">The columns by which ingests and merges sort the rows of each data file; null for none.</param>
/// <param name="Table">What other engines have chosen of its table; null for nothing.</param>
/// <param name="TableChange">What another engine has committed with this version, as JSON; null for versions that this program has made.</param>
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
    bool IsDropped = false,
    string? MadeBy = null,
    DatasetDefinition? Definition = null,
    IReadOnlyList<AnsweredRequest>? Requests = null,
    long? RowsSince = null,
    IReadOnlyList<string>? SortBy = null,
    TableTraits? Table = null,
    string? TableChange = null)
{
    /// <summary>The version that has brought these rows. What was made of it or of a later one, up to this one, is made of the same rows.</summary>
    public long RowsVersion => RowsSince ?? Version;

    /// <summary>Whether it is a view, which has columns and no rows of its own.</summary>
    public bool IsView => Definition is { Kind: DefinitionKind.View };

    /// <summary>Whether it is a derived dataset.</summary>
    public bool IsDerived => Definition is { Kind: DefinitionKind.Derived };
}
