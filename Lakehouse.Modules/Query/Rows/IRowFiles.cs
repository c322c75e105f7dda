namespace Lakehouse.Query.Rows;

/// <summary>Makes data files of rows that the program has in memory, and commits them. Thread-safe.</summary>
public interface IRowFiles
{
    /// <summary>Opens an engine for rows of one kind, which is kept, because to open one takes longer than to write a file.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="memoryBytes">The engine's memory.</param>
    IRowFileWriter Open(IReadOnlyList<RowColumn> columns, long memoryBytes);
}
