namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>What the functions of the system tables ask the server for. Thread-safe.</summary>
internal interface ISystemRows
{
    /// <summary>The rows of a system table: a JSON array of arrays, in UTF-8.</summary>
    Task<ReadOnlyMemory<byte>> ReadAsync(string table, CancellationToken cancellationToken);

    /// <summary>
    /// The paths of a dataset's data files on this machine; none where there is no such dataset. They stay there for as long as a statement may run.
    /// </summary>
    Task<IReadOnlyList<string>> FindFilesAsync(string dataset, CancellationToken cancellationToken);
}
