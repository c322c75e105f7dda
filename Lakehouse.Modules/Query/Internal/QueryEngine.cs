using Lakehouse.Query.Internal.Answers;
using Lakehouse.Query.Internal.Engine;

namespace Lakehouse.Query.Internal;

/// <summary>Gets a lease for each statement, then runs it.</summary>
internal sealed class QueryEngine(IStatementRunner runner, QueryRegistry registry, AnswerCache cache, QueryOptions options) : IQueryEngine, IDisposable
{
    private readonly StatementLimiter _limiter = new(options);

    public string? FindTag(QueryRequest request) => cache.FindTag(request);

    public async Task<IQueryAnswer> AnswerAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var timeout = request.Timeout ?? options.Timeout;
        RequireBounds(request);
        var rows = new RowBound(request.MaxRows ?? options.MaxRows, request.MaxRows is not null);
        var statement = new StatementRequest(request.Sql, options.MaxSqlBytes, rows, request.Format, request.NumbersAsText, request.Parameters)
        {
            Pins = AnswerCache.ReadPins(request),
            Expected = cache.FindDatasets(request.Sql),
        };
        var query = registry.Begin(request.Id, request.Sql);
        if (cache.FindTag(request) is { } tag && cache.Find(tag) is { } kept)
        {
            return new KeptAnswer(kept, query, registry);
        }

        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, query.Cancelled);
        try
        {
            var lease = await _limiter.AcquireAsync(stop.Token);
            var running = await runner.StartAsync(statement, timeout, lease, query, stop.Token);
            cache.Learn(request, running.Head);
            return new QueryAnswer(running, lease, query, registry, cache, request, stop);
        }
        catch (Exception error)
        {
            stop.Dispose();
            throw registry.Translate(query, error);
        }
    }

    public async Task<IQueryRows> ReadAsync(string sql, QueryBounds? bounds, CancellationToken cancellationToken)
    {
        var rows = new RowBound(bounds is null ? options.MaxRows : 0, IsWanted: false);
        var request = new StatementRequest(sql, bounds?.MaxSqlBytes ?? options.MaxSqlBytes, rows, null);
        var lease = await _limiter.AcquireAsync(cancellationToken);
        return new Rows(await runner.StartAsync(request, bounds?.Timeout ?? options.Timeout, lease, null, cancellationToken));
    }

    public void Dispose() => _limiter.Dispose();

    private void RequireBounds(QueryRequest request)
    {
        if (request.Timeout > options.Timeout)
        {
            throw EngineErrors.BeyondBound("timeout_ms", $"{options.Timeout.TotalMilliseconds} ms", "query.timeout");
        }

        if (options.MaxRows > 0 && request.MaxRows > options.MaxRows)
        {
            throw EngineErrors.BeyondBound("max_rows", $"{options.MaxRows}", "query.max_rows");
        }

        if (request.Parameters?.Length > options.MaxParameterBytes)
        {
            throw EngineErrors.BeyondBound("params", $"{options.MaxParameterBytes} bytes", "query.max_param_bytes");
        }
    }

    private sealed class Rows(IRunningStatement statement) : IQueryRows
    {
        private readonly ChunkReader _chunks = new();
        private bool _isMore = true;

        public IReadOnlyList<QueryColumn> Columns => statement.Head.Columns;

        public async Task<QueryChunk?> ReadAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                if (_chunks.Take() is { } chunk)
                {
                    return chunk;
                }

                if (!_isMore)
                {
                    return null;
                }

                _isMore = await statement.CopyNextAsync(_chunks.Input, cancellationToken);
            }
        }

        public ValueTask DisposeAsync() => statement.DisposeAsync();
    }
}
