using Lakehouse.Catalog;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;

namespace Lakehouse.Query.Rows;

/// <summary>
/// Changes rows of datasets. Data files are never changed: those with rows that go are written again without them, and one commit puts the new files in their
/// place. Thread-safe.
/// </summary>
public interface IDatasetRows
{
    /// <summary>Removes the rows for which a condition is true.</summary>
    /// <param name="name">The dataset.</param>
    /// <param name="condition">An SQL expression over its columns.</param>
    /// <param name="parameters">The values of its parameters, as <see cref="QueryRequest.Parameters"/>; null for none.</param>
    /// <param name="cancellationToken">Stops the work; not the commit.</param>
    /// <exception cref="LakehouseException">
    /// <c>dataset_not_found</c>, <c>dataset_derived</c>, <c>version_conflict</c> (<see cref="ErrorKind.Conflict"/>): other writers were faster several times.
    /// As <see cref="IQueryEngine.AnswerAsync"/>: the condition is wrong. Nothing has changed.
    /// </exception>
    Task<RowChange> DeleteAsync(DatasetName name, string condition, string? parameters, CancellationToken cancellationToken);

    /// <summary>Adds rows, in place of those that have the same key. Of new rows with the same key, the last one is taken.</summary>
    /// <param name="commit">The new rows as an append: data files that are in the bucket, and their columns. With an expected version, another writer's
    /// commit is a <c>version_conflict</c>; without, the change is made again.</param>
    /// <param name="keys">The columns of the key, one or more of the commit's.</param>
    /// <param name="cancellationToken">Stops the work; not the commit.</param>
    /// <exception cref="LakehouseException">
    /// <c>upsert_key_null</c> (<see cref="ErrorKind.Unprocessable"/>): a row has no key. <c>version_conflict</c>, as of <see cref="DeleteAsync"/>, and as
    /// <see cref="ICatalog.CommitAsync"/>. Nothing has changed.
    /// </exception>
    Task<RowChange> UpsertAsync(DatasetCommit commit, IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Writes a data file again, with the same rows, as the columns of the dataset are now and as this program writes files.</summary>
    /// <param name="dataset">The newest version.</param>
    /// <param name="file">One of its files.</param>
    /// <param name="cancellationToken">Stops the work; not the commit.</param>
    /// <exception cref="LakehouseException">
    /// <c>version_conflict</c>, <c>schema_conflict</c> (<see cref="ErrorKind.Conflict"/>): another writer has changed the file. As
    /// <see cref="IQueryEngine.AnswerAsync"/>. Nothing has changed.
    /// </exception>
    Task<CommitResult> RewriteAsync(Manifest dataset, DataFile file, CancellationToken cancellationToken);

    /// <summary>
    /// Gives columns of a dataset other types, which have all its values: its data files are written again, and one commit brings the new ones.
    /// </summary>
    /// <param name="dataset">The newest version, not derived.</param>
    /// <param name="columns">Its columns, with their new types.</param>
    /// <param name="cancellationToken">Stops the work; not the commit.</param>
    /// <exception cref="LakehouseException">
    /// <c>values_lost</c> (<see cref="ErrorKind.Conflict"/>): the new type of a column has not all its values. <c>version_conflict</c>, <c>dataset_derived</c>
    /// (Conflict). As <see cref="IQueryEngine.AnswerAsync"/>. Nothing has changed.
    /// </exception>
    Task<CommitResult> ConvertAsync(Manifest dataset, IReadOnlyList<DatasetColumn> columns, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a data file without rows and puts it into the bucket, where nothing names it yet: a dataset without rows has such a one.
    /// </summary>
    /// <param name="name">The dataset.</param>
    /// <param name="columns">Its columns, with types that are words.</param>
    /// <param name="table">What other engines have chosen of its table; null for nothing.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="LakehouseException">As of <see cref="IQueryEngine.AnswerAsync"/>, and of the store.</exception>
    Task<OfferedFile> WriteNoneAsync(
        DatasetName name, IReadOnlyList<DatasetColumn> columns, TableTraits? table, CancellationToken cancellationToken);
}
