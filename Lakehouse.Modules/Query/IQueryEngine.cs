using Lakehouse.Core.Errors;

namespace Lakehouse.Query;

/// <summary>Runs SQL over the datasets of the catalog. The text is not trusted: it can read datasets and nothing else. Thread-safe.</summary>
public interface IQueryEngine
{
    /// <summary>
    /// Starts one SELECT-like statement. Everything up to the first rows has happened when this returns. A dataset is seen at one version, the
    /// newest at the start, for the whole of the query.
    /// </summary>
    /// <exception cref="LakehouseException">
    /// <c>sql_error</c>, <c>unknown_dataset</c> (<see cref="ErrorKind.InvalidInput"/>): the statement is wrong; DuckDB's message, with its position.
    /// <c>sql_forbidden</c> (<see cref="ErrorKind.Forbidden"/>): it names what a query may not.
    /// <c>query_timeout</c> (<see cref="ErrorKind.Timeout"/>). <c>too_many_queries</c>, <c>engines_stuck</c> (<see cref="ErrorKind.Busy"/>).
    /// <c>query_out_of_memory</c> (<see cref="ErrorKind.InsufficientStorage"/>).
    /// </exception>
    /// <param name="sql">The text.</param>
    /// <param name="bounds">Bounds of its own; null for the configured ones.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IQueryResult> ExecuteAsync(string sql, QueryBounds? bounds, CancellationToken cancellationToken);
}
