using Lakehouse.Core.Errors;

namespace Lakehouse.Query;

/// <summary>Runs SQL over the datasets of the catalog. The text is untrusted: it can read datasets and nothing else. Thread-safe.</summary>
public interface IQueryEngine
{
    /// <summary>
    /// The <see cref="IQueryAnswer.Tag"/> that the answer would have now; null where it is not known without running the statement. Takes microseconds.
    /// </summary>
    string? FindTag(QueryRequest request);

    /// <summary>
    /// Starts one SELECT-like statement and returns its answer as bytes. The first bytes are ready when this returns. The query sees each dataset at one
    /// version, the newest at its start.
    /// </summary>
    /// <exception cref="LakehouseException">
    /// <c>sql_error</c>, <c>invalid_parameters</c>, <c>format_unsupported</c>, <c>unknown_dataset</c>, <c>dataset_empty</c>, <c>unsupported_type</c>,
    /// <c>call_too_large</c>, <c>answer_cut</c> (<see cref="ErrorKind.InvalidInput"/>): the statement is wrong; DuckDB's message, with its position.
    /// <c>sql_forbidden</c> (<see cref="ErrorKind.Forbidden"/>): it names something that queries may not use.
    /// <c>query_refused</c> (Forbidden): the same text has ended the engine twice, and is refused for a while.
    /// <c>query_cancelled</c> (<see cref="ErrorKind.Cancelled"/>), <c>query_exists</c> (<see cref="ErrorKind.Conflict"/>).
    /// <c>query_timeout</c>, <c>query_stopped</c>, <c>reader_too_slow</c> (<see cref="ErrorKind.Timeout"/>). <c>too_many_queries</c>,
    /// <c>engine_unavailable</c>, <c>engines_stuck</c> (<see cref="ErrorKind.Busy"/>).
    /// <c>query_out_of_memory</c> (<see cref="ErrorKind.InsufficientStorage"/>). <c>engine_failed</c> (<see cref="ErrorKind.Failed"/>): the statement ended the
    /// engine. <c>data_file_missing</c>, <c>data_file_unreadable</c> (<see cref="ErrorKind.Damaged"/>). Errors of embeddings and vector searches that the
    /// statement makes.
    /// </exception>
    /// <param name="request">The statement, and how its answer is wanted.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    Task<IQueryAnswer> AnswerAsync(QueryRequest request, CancellationToken cancellationToken);

    /// <summary>As <see cref="AnswerAsync"/>, but returns rows, for other modules.</summary>
    /// <param name="sql">The text.</param>
    /// <param name="bounds">Bounds for this query alone; null for the configured ones.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="LakehouseException">As <see cref="AnswerAsync"/>.</exception>
    Task<IQueryRows> ReadAsync(string sql, QueryBounds? bounds, CancellationToken cancellationToken);
}
