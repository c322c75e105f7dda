using Lakehouse.Catalog;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;

namespace Lakehouse.Query.Rows;

/// <summary>Writes and commits rows of one kind.</summary>
public interface IRowFileWriter : IDisposable
{
    /// <summary>Writes rows as a file, which the caller disposes of. One call at a time.</summary>
    /// <param name="lines">Objects of JSON, each on a line, with the members of the columns' <see cref="RowColumn.GivenType"/>.</param>
    /// <param name="count">Their number, 1 or more.</param>
    /// <param name="longestBytes">The longest line.</param>
    /// <exception cref="DuckDb.DuckDbException">The engine does not take them.</exception>
    /// <exception cref="IOException">The disk does not.</exception>
    IRowFile Write(ReadOnlySpan<byte> lines, int count, int longestBytes);

    /// <summary>Adds the rows of a file to a dataset. Called again after an error, it does not add rows twice.</summary>
    /// <param name="name">The dataset, new or existing.</param>
    /// <param name="file">The file.</param>
    /// <param name="source">What the version says of its origin.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException">As of <see cref="ICatalog.CommitAsync"/>, and of the store.</exception>
    Task<CommitResult> AppendAsync(DatasetName name, IRowFile file, string source, CancellationToken cancellationToken);

    /// <summary>Makes the rows of a file the dataset's only ones. Parameters and errors as of <see cref="AppendAsync"/>.</summary>
    Task<CommitResult> ReplaceAsync(DatasetName name, IRowFile file, string source, CancellationToken cancellationToken);

    /// <summary>Adds the rows of a file, in place of those that have the same key.</summary>
    /// <param name="name">The dataset, new or existing.</param>
    /// <param name="file">The file.</param>
    /// <param name="keys">The columns of the key.</param>
    /// <param name="source">As of <see cref="AppendAsync"/>.</param>
    /// <param name="expectedVersion">As <see cref="DatasetCommit.ExpectedVersion"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException">As of <see cref="IDatasetRows.UpsertAsync"/>, and of the store.</exception>
    Task<RowChange> UpsertAsync(
        DatasetName name, IRowFile file, IReadOnlyList<string> keys, string source, long? expectedVersion, CancellationToken cancellationToken);
}
