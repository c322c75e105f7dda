namespace Lakehouse.Query;

/// <summary>The rows of a running query, forward only. Disposing of it ends the query. Not thread-safe.</summary>
public interface IQueryRows : IAsyncDisposable
{
    /// <summary>The columns, in order.</summary>
    IReadOnlyList<QueryColumn> Columns { get; }

    /// <summary>Returns the next rows, at least one; null after the last ones. A chunk stays valid for as long as it is referenced.</summary>
    /// <exception cref="Lakehouse.Core.Errors.LakehouseException">
    /// As <see cref="IQueryEngine.ReadAsync"/>. What was read before is not the whole result.
    /// </exception>
    Task<QueryChunk?> ReadAsync(CancellationToken cancellationToken);
}
