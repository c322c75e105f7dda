using Lakehouse.Catalog;
using Lakehouse.Core.Errors;

namespace Lakehouse.Query.Rows;

/// <summary>Looks into Parquet files of the bucket, in the engine's process, which they cannot leave. Thread-safe.</summary>
public interface IDataFiles
{
    /// <summary>Reads what a file says of itself, and its first rows.</summary>
    /// <param name="file">The file, whether or not a dataset has it. What is known of its columns and rows is not used.</param>
    /// <param name="rowsMax">How many rows are shown; 0: none is read.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="LakehouseException"><c>data_file_unreadable</c> (<see cref="ErrorKind.Damaged"/>): it is no Parquet file that can be read.</exception>
    Task<DataFileShape> DescribeAsync(DataFile file, int rowsMax, CancellationToken cancellationToken);

    /// <summary>Reads the rows of some of a dataset's files.</summary>
    /// <param name="dataset">The version that has the files.</param>
    /// <param name="files">The files, one or more; their rows are read as the dataset's columns.</param>
    /// <param name="select">What to read: SQL expressions over the dataset's columns, which may be untrusted as those of any query are.</param>
    /// <param name="timeout">How long the engine may work on it.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="LakehouseException">As <see cref="IQueryEngine.AnswerAsync"/>.</exception>
    Task<IQueryRows> ReadAsync(
        Manifest dataset, IReadOnlyList<DataFile> files, IReadOnlyList<string> select, TimeSpan timeout, CancellationToken cancellationToken);
}
