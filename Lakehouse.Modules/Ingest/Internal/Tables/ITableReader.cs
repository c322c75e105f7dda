using Lakehouse.Core.Errors;
using Lakehouse.Ingest.Internal.Files;

namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>Reads the text files of an ingest, one after the other, and makes canonical records of them. Not thread-safe.</summary>
internal interface ITableReader
{
    /// <summary>The columns of the records so far. Set once the first file was begun.</summary>
    TableColumns? Columns { get; }

    /// <summary>The form of the records. Known once the first file was begun.</summary>
    RecordForm Form { get; }

    /// <summary>The format that the files turned out to have.</summary>
    FileFormat Format { get; }

    /// <summary>What stands between the fields of the first file; null where nothing does.</summary>
    char? Delimiter { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file, opened.</param>
    /// <param name="sink">Receives the records.</param>
    /// <param name="afterBlock">Called after each block.</param>
    /// <param name="sizeBytesMax">Stops after so many bytes of text.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Whether the file was read to its end.</returns>
    /// <exception cref="LakehouseException">It is malformed, or has other columns than the first one.</exception>
    Task<bool> ReadAsync(UnpackedFile file, IRecordSink sink, Func<Task> afterBlock, long sizeBytesMax, CancellationToken cancellationToken);

    /// <summary>Ends the ingest.</summary>
    /// <exception cref="LakehouseException">The files have no rows, or not the columns that were told.</exception>
    void End(long rowCount);
}
