namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>What the functions of the system tables ask the server for. Thread-safe.</summary>
internal interface ISystemRows
{
    /// <summary>The rows of a system table: a JSON array of arrays, in UTF-8.</summary>
    /// <param name="statement">The id of the statement: all that it asks for of the catalog is of one moment.</param>
    /// <param name="table">The table.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<ReadOnlyMemory<byte>> ReadAsync(string statement, string table, CancellationToken cancellationToken);

    /// <summary>
    /// The paths of a dataset's data files on this machine; none where there is no such dataset. They stay there for as long as a statement may run.
    /// </summary>
    Task<IReadOnlyList<string>> FindFilesAsync(string statement, string dataset, CancellationToken cancellationToken);
}
