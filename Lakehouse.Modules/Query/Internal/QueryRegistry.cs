using System.Collections.Concurrent;
using System.Diagnostics;
using Lakehouse.Core.Access;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Observation;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Query.Internal;

/// <summary>The queries that run and those that have ended last.</summary>
internal sealed partial class QueryRegistry(QueryOptions options, TimeProvider time, ILogger<QueryRegistry> logger) : IQueryControl
{
    private readonly ConcurrentDictionary<string, RunningQuery> _running = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<QueryInfo> _recent = new();

    public IReadOnlyList<QueryInfo> List()
    {
        var caller = Caller.Current;
        return
        [
            .. _running.Values.Select(q => q.Info).Concat(_recent)
                .Where(q => caller.IsAdministrator || q.Caller == caller.Name)
                .OrderByDescending(q => q.StartedAt)
        ];
    }

    public void Cancel(string id)
    {
        if (!_running.TryGetValue(id, out var query) || !(Caller.Current.IsAdministrator || query.Caller.Name == Caller.Current.Name))
        {
            throw new LakehouseException(
                ErrorKind.NotFound, "query_not_found", $"No query with the id '{id}' runs. GET /v1/queries lists those that run and the last ones.");
        }

        try
        {
            query.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended just now.
        }
    }

    /// <summary>Records a new query. <see cref="End"/> must be called.</summary>
    /// <exception cref="LakehouseException"><c>query_exists</c> (<see cref="ErrorKind.Conflict"/>): one with that id runs.</exception>
    /// <param name="id">Its id; null for a new one.</param>
    /// <param name="sql">Its text.</param>
    /// <param name="parameters">Its parameters as JSON; null for none.</param>
    public RunningQuery Begin(string? id, string sql, string? parameters = null)
    {
        var caller = Caller.Current;
        if (caller.RunningMax is { } most && _running.Values.Count(q => q.Caller.Name == caller.Name) >= most)
        {
            throw new LakehouseException(
                ErrorKind.BudgetSpent, "budget_spent",
                $"The profile '{caller.Name}' runs {most} queries, the most at once (running_queries). Wait for one to end.");
        }

        var text = sql.Length > options.MaxLoggedSql ? sql[..options.MaxLoggedSql] + "..." : sql;
        var query = new RunningQuery(id ?? NewId(), text, time.GetUtcNow(), caller) { Span = Tracing.Start("query", ActivityKind.Client) };
        if (_running.TryAdd(query.Id, query))
        {
            query.Record?.AddStatement(query.Id, sql, parameters);
            return query;
        }

        query.Span?.Dispose();
        query.Dispose();
        throw new LakehouseException(ErrorKind.Conflict, "query_exists", $"A query with the id '{id}' runs already. Choose another id, or none.");
    }

    /// <summary>An id that no other query has; later ones sort after earlier ones.</summary>
    public static string NewId() => Guid.CreateVersion7().ToString("N");

    /// <summary>Records the end of a query. Further calls do nothing.</summary>
    public void End(RunningQuery query, QueryState state, Exception? error = null)
    {
        if (!query.End(state, error))
        {
            return;
        }

        var info = query.Info;
        query.Caller.Spend(BudgetKind.EngineTime, (long)info.Elapsed.TotalMilliseconds);
        query.Caller.Spend(BudgetKind.Rows, info.Rows);
        query.Caller.Spend(BudgetKind.Bytes, info.Bytes);
        if (query.Record is { } record)
        {
            record.AddWork(info.Elapsed, info.Rows);
            record.Code ??= info.ErrorCode;
        }

        if (query.Span is { } span)
        {
            Describe(span, query, info, error);
        }

        _running.TryRemove(query.Id, out _);
        query.Dispose();
        _recent.Enqueue(info);
        while (_recent.Count > options.MaxRecent)
        {
            _recent.TryDequeue(out _);
        }

        if (options.SlowAfter > TimeSpan.Zero && info.Elapsed >= options.SlowAfter)
        {
            LogSlow(info.Id, Duration.Format(info.Elapsed), info.State, info.Rows, info.Sql);
        }
    }

    private static void Describe(Activity span, RunningQuery query, QueryInfo info, Exception? error)
    {
        span.SetTag("db.system.name", "duckdb")
            .SetTag("db.operation.name", "query")
            .SetTag("db.query.text", info.Sql) // not sent unless the configuration says so
            .SetTag("db.response.returned_rows", info.Rows)
            .SetTag("lakehouse.query.id", info.Id)
            .SetTag("lakehouse.query.state", info.State.ToString());
        if (query.Record?.Datasets is { Count: > 0 } datasets)
        {
            span.SetTag("db.collection.name", string.Join(", ", datasets));
        }

        if (error is not null)
        {
            span.Fail(error);
        }

        span.Dispose();
    }

    /// <summary>Records the error with which a query ended, and returns the one for its client.</summary>
    public Exception Translate(RunningQuery query, Exception error)
    {
        if (error is not OperationCanceledException)
        {
            End(query, QueryState.Failed, error);
            return error;
        }

        if (!query.IsCancelled)
        {
            End(query, QueryState.Abandoned);
            return error;
        }

        var cancelled = EngineErrors.Cancelled(error);
        End(query, QueryState.Cancelled, cancelled);
        return cancelled;
    }

    [LoggerMessage(EventId = 4010, Level = LogLevel.Warning, Message = "The query {Id} took {Elapsed} ({State}, {Rows} rows): {Sql}")]
    private partial void LogSlow(string id, string elapsed, QueryState state, long rows, string sql);
}
