using System.Runtime.CompilerServices;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary><c>lakehouse.queries</c>: the queries that run, and the last that have ended.</summary>
internal sealed class QueriesTable(IQueryControl queries) : ISystemTable
{
    public string Name => "queries";

    public IReadOnlyList<QueryColumn> Columns { get; } =
    [
        new("query_id", "VARCHAR"), new("state", "VARCHAR"), new("sql", "VARCHAR"), new("started_at", "TIMESTAMP"), new("elapsed_ms", "BIGINT"),
        new("rows", "BIGINT"), new("bytes", "BIGINT"), new("progress", "DOUBLE"), new("code", "VARCHAR"), new("detail", "VARCHAR"),
    ];

    public async IAsyncEnumerable<IReadOnlyList<object?>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var q in queries.List())
        {
            yield return
            [
                q.Id, q.State.ToString().ToLowerInvariant(), q.Sql, q.StartedAt, (long)q.Elapsed.TotalMilliseconds, q.Rows, q.Bytes, q.Progress, q.ErrorCode,
                q.Error,
            ];
        }
    }
}
