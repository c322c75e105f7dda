using Lakehouse.Catalog.Schemas;
using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>The next version of a dataset, as its writer wants it.</summary>
/// <param name="Name">The dataset, new or existing.</param>
/// <param name="Fingerprint">The identity of the schema.</param>
/// <param name="Columns">In order; may be empty.</param>
/// <param name="Objects">The data files. They must be in the bucket already.</param>
/// <param name="RowCount">Rows in all files; with <paramref name="Rewrites"/>, how many more or fewer rows the dataset has afterwards.</param>
/// <param name="MadeBy">What makes it, for the history: <c>ingest</c>, <c>register</c>, <c>query</c>.</param>
/// <param name="Mode">What it does with the rows that are there.</param>
/// <param name="Definition">For a derived dataset: its definition. Null for a dataset that is filled from outside.</param>
/// <param name="ExpectedVersion">
/// The version on which the content is based, 0 for none: if one with other rows is the newest, the commit is refused. Null: any.
/// </param>
/// <param name="Request">The request that it answers; null when its sender gave it no key.</param>
/// <param name="Schema">What becomes of the dataset's columns where the commit has others.</param>
/// <param name="Rewrites">For an append: files of the newest version that others take the place of, in the order of the dataset; null for none.</param>
/// <param name="SortBy">The columns by which its data files are sorted, and later ones shall be; empty for none. Null: as the dataset has it.</param>
/// <param name="KeepsRows">Whether the rows are the same, so that nothing that was made of them has to be made again.</param>
/// <param name="IsExact">Whether the newest version must be the expected one itself, and not one with the same rows in other files.</param>
/// <param name="Table">What other engines have chosen of its table; null: as the dataset has it.</param>
/// <param name="TableChange">As of <see cref="Manifest"/>.</param>
public sealed record DatasetCommit(
    DatasetName Name,
    SchemaFingerprint Fingerprint,
    IReadOnlyList<DatasetColumn> Columns,
    IReadOnlyList<OfferedFile> Objects,
    long RowCount,
    string MadeBy,
    CommitMode Mode = CommitMode.Replace,
    DatasetDefinition? Definition = null,
    long? ExpectedVersion = null,
    CommitRequest? Request = null,
    SchemaRule Schema = SchemaRule.Same,
    IReadOnlyList<FileRewrite>? Rewrites = null,
    IReadOnlyList<string>? SortBy = null,
    bool KeepsRows = false,
    bool IsExact = false,
    TableTraits? Table = null,
    string? TableChange = null);
