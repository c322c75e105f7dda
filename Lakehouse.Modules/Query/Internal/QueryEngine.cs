using System.Buffers;
using System.Security.Cryptography;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Names;
using Lakehouse.Core.Observation;
using Lakehouse.Query.Internal.Answers;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Rows;
using Lakehouse.Query.Internal.Stored;

namespace Lakehouse.Query.Internal;

/// <summary>Gets a lease for each statement, then runs it.</summary>
internal sealed class QueryEngine(IStatementRunner runner, QueryRegistry registry, AnswerCache cache, ICatalog catalog, QueryOptions options)
    : IQueryEngine, IDisposable
{
    private readonly StatementLimiter _limiter = new(options);

    public string? FindTag(QueryRequest request) => cache.FindTag(request);

    public async Task<IQueryAnswer> AnswerAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var timeout = request.Timeout ?? options.Timeout;
        RequireBounds(request);
        var caller = Caller.Current;
        var rows = BoundOf(request, caller);
        var statement = new StatementRequest(request.Sql, options.MaxSqlBytes, rows, request.Format, request.NumbersAsText, request.Parameters)
        {
            Pins = AnswerCache.ReadPins(request),
            Expected = cache.FindDatasets(request.Sql),
        };
        var query = registry.Begin(request.Id, request.Sql, request.Parameters);
        if (cache.FindTag(request) is { } tag && cache.Find(tag) is { } kept)
        {
            return kept.Bytes.Length > caller.BytesMax
                ? throw registry.Translate(query, EngineErrors.AnswerTooLarge(caller))
                : new KeptAnswer(Describe(kept, query), query, registry);
        }

        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, query.Cancelled);
        try
        {
            var lease = await _limiter.AcquireAsync(stop.Token);
            var running = await runner.StartAsync(statement, timeout, lease, query, stop.Token);
            cache.Learn(request, running.Head);
            Describe(query.Record, running.Head.Datasets);
            return new QueryAnswer(running, lease, query, registry, cache, request, stop);
        }
        catch (Exception error)
        {
            stop.Dispose();
            throw registry.Translate(query, NearestDataset.In(error, catalog));
        }
    }

    /// <summary>Checks a statement as the query of a view, and returns its columns and what it reads.</summary>
    /// <exception cref="Core.Errors.LakehouseException">As <see cref="IQueryEngine.AnswerAsync"/>.</exception>
    public async Task<StatementHead> DefineAsync(string sql, CancellationToken cancellationToken)
    {
        var request = new StatementRequest(sql, options.MaxSqlBytes, default, null) { Purpose = StatementPurpose.Definition };
        var lease = await _limiter.AcquireAsync(cancellationToken);
        await using var statement = await runner.StartAsync(request, options.Timeout, lease, null, cancellationToken);
        return statement.Head;
    }

    /// <summary>Runs a statement, and writes its rows into a file as Parquet.</summary>
    /// <param name="request">The statement.</param>
    /// <param name="path">The file, which must not exist.</param>
    /// <param name="sizeBytesMax">The largest file.</param>
    /// <param name="check">Called before the first row with what is known then; it throws where the rows are not wanted.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="Core.Errors.LakehouseException">
    /// As <see cref="IQueryEngine.AnswerAsync"/>; <c>answer_too_large</c> (<see cref="Core.Errors.ErrorKind.InvalidInput"/>).
    /// </exception>
    public async Task<RowFile> StoreAsync(
        QueryRequest request, string path, long sizeBytesMax, Func<StatementHead, Task> check, CancellationToken cancellationToken)
    {
        RequireBounds(request);
        var statement = new StatementRequest(request.Sql, options.MaxSqlBytes, default, AnswerFormat.Parquet, false, request.Parameters)
        {
            Pins = AnswerCache.ReadPins(request),
            Purpose = StatementPurpose.Storage,
        };
        var query = registry.Begin(request.Id, request.Sql, request.Parameters);
        return await StoreAsync(statement, query, request.Timeout ?? options.Timeout, path, sizeBytesMax, check, cancellationToken);
    }

    /// <summary>As the other one, for a statement of this program over data files.</summary>
    /// <param name="of">What it is a part of.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="timeout">How long the engine may work.</param>
    /// <param name="path">The file, which must not exist.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public Task<RowFile> StoreAsync(RowStatement of, string sql, TimeSpan timeout, string path, CancellationToken cancellationToken)
    {
        var statement = RequestOf(of, sql, AnswerFormat.Parquet) with { Purpose = StatementPurpose.Storage };
        return StoreAsync(statement, registry.Begin(null, of.Told), timeout, path, long.MaxValue, _ => Task.CompletedTask, cancellationToken);
    }

    private async Task<RowFile> StoreAsync(
        StatementRequest statement,
        RunningQuery query,
        TimeSpan timeout,
        string path,
        long sizeBytesMax,
        Func<StatementHead, Task> check,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, query.Cancelled);
        try
        {
            var lease = await _limiter.AcquireAsync(stop.Token);
            await using var running = await runner.StartAsync(statement, timeout, lease, query, stop.Token);
            Describe(query.Record, running.Head.Datasets);
            await check(running.Head);
            using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var piece = new ArrayBufferWriter<byte>();
            long size = 0;
            for (var isMore = true; isMore;)
            {
                isMore = await running.CopyNextAsync(piece, stop.Token);
                if (size + piece.WrittenCount > sizeBytesMax)
                {
                    throw EngineErrors.StoredTooLarge(sizeBytesMax);
                }

                hash.AppendData(piece.WrittenSpan);
                await RandomAccess.WriteAsync(file, piece.WrittenMemory, size, stop.Token);
                size += piece.WrittenCount;
                piece.ResetWrittenCount();
                query.Count(running.RowCount, size);
            }

            registry.End(query, QueryState.Done);
            return new RowFile(running.Head, running.RowCount, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        catch (Exception error)
        {
            throw registry.Translate(query, NearestDataset.In(error, catalog));
        }
    }

    public async Task<IQueryRows> ReadAsync(string sql, QueryBounds? bounds, CancellationToken cancellationToken)
    {
        RequireBudgets();
        var rows = new RowBound(bounds is null ? options.MaxRows : 0, IsWanted: false);
        var request = new StatementRequest(sql, bounds?.MaxSqlBytes ?? options.MaxSqlBytes, rows, null);
        var lease = await _limiter.AcquireAsync(cancellationToken);
        var running = await runner.StartAsync(request, bounds?.Timeout ?? options.Timeout, lease, null, cancellationToken);
        Describe(RequestRecord.Current, running.Head.Datasets);
        return new StatementRows(running, null, registry, null);
    }

    /// <summary>As <see cref="IQueryEngine.ReadAsync"/>, for a statement of this program over data files.</summary>
    /// <param name="of">What it is a part of.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="timeout">How long the engine may work.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<StatementRows> ReadAsync(RowStatement of, string sql, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var query = registry.Begin(null, of.Told);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, query.Cancelled);
        try
        {
            var lease = await _limiter.AcquireAsync(stop.Token);
            var running = await runner.StartAsync(RequestOf(of, sql, null), timeout, lease, query, stop.Token);
            return new StatementRows(running, query, registry, stop);
        }
        catch (Exception error)
        {
            stop.Dispose();
            throw registry.Translate(query, NearestDataset.In(error, catalog));
        }
    }

    private static StatementRequest RequestOf(RowStatement of, string sql, AnswerFormat? format) =>
        new(sql, int.MaxValue, default, format, false, of.Parameters) { Attached = of.Attached, Pins = of.Pins, FieldIds = of.FieldIds };

    public void Dispose() => _limiter.Dispose();

    private static CachedAnswer Describe(CachedAnswer kept, RunningQuery query)
    {
        Describe(query.Record, kept.Datasets);
        return kept;
    }

    /// <summary>Records which datasets a request reads.</summary>
    private static void Describe(RequestRecord? record, IReadOnlyList<DatasetRead> datasets)
    {
        foreach (var (name, version) in datasets)
        {
            if (!RowStatement.IsAttached(name))
            {
                record?.AddRead(DatasetName.InSql(name), version);
            }
        }
    }

    /// <summary>The fewest rows of what the request, the configuration and the caller's profile say.</summary>
    private RowBound BoundOf(QueryRequest request, Caller caller)
    {
        var own = request.MaxRows ?? options.MaxRows;
        return caller.RowsMax is { } most && (own == 0 || most < own) ? new RowBound(most, IsWanted: false) : new RowBound(own, request.MaxRows is not null);
    }

    private static void RequireBudgets()
    {
        foreach (var budget in (BudgetKind[])[BudgetKind.EngineTime, BudgetKind.Rows, BudgetKind.Bytes])
        {
            Caller.Current.RequireBudget(budget);
        }
    }

    private void RequireBounds(QueryRequest request)
    {
        if (request.Timeout > options.Timeout)
        {
            throw EngineErrors.BeyondBound("timeout_ms", $"{options.Timeout.TotalMilliseconds} ms", "query.timeout");
        }

        RequireBudgets();
        if (options.MaxRows > 0 && request.MaxRows > options.MaxRows)
        {
            throw EngineErrors.BeyondBound("max_rows", $"{options.MaxRows}", "query.max_rows");
        }

        if (request.Parameters?.Length > options.MaxParameterBytes)
        {
            throw EngineErrors.BeyondBound("params", $"{options.MaxParameterBytes} bytes", "query.max_param_bytes");
        }
    }
}
