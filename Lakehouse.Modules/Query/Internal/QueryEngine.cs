using System.IO.Pipelines;
using Lakehouse.Query.Internal.Answers;
using Lakehouse.Query.Internal.Engine;

namespace Lakehouse.Query.Internal;

/// <summary>Gets a lease for each statement, then runs it.</summary>
internal sealed class QueryEngine(IStatementRunner runner, QueryOptions options) : IQueryEngine, IDisposable
{
    /// <summary>How long a client may keep the server waiting before its statement is paused. A fast client takes less time for a block.</summary>
    private static readonly TimeSpan PauseAfter = TimeSpan.FromMilliseconds(50);

    private readonly StatementLimiter _limiter = new(options);

    public async Task<IQueryAnswer> AnswerAsync(string sql, QueryBounds? bounds, CancellationToken cancellationToken)
    {
        var (statement, lease) = await StartAsync(sql, bounds, AnswerForm.Json, cancellationToken);
        return new Answer(statement, lease);
    }

    public async Task<IQueryRows> ReadAsync(string sql, QueryBounds? bounds, CancellationToken cancellationToken)
    {
        var (statement, _) = await StartAsync(sql, bounds, AnswerForm.Chunks, cancellationToken);
        return new Rows(statement);
    }

    public void Dispose() => _limiter.Dispose();

    private async Task<(IRunningStatement Statement, StatementLease Lease)> StartAsync(
        string sql, QueryBounds? bounds, AnswerForm form, CancellationToken cancellationToken)
    {
        var request = new StatementRequest(sql, bounds?.MaxSqlBytes ?? options.MaxSqlBytes, bounds is null ? options.MaxRows : 0, form);
        var lease = await _limiter.AcquireAsync(cancellationToken);
        return (await runner.StartAsync(request, bounds?.Timeout ?? options.Timeout, lease, cancellationToken), lease);
    }

    private sealed class Answer(IRunningStatement statement, StatementLease lease) : IQueryAnswer
    {
        public string ContentType => JsonForm.ContentType;

        public async Task CopyToAsync(PipeWriter output, CancellationToken cancellationToken)
        {
            var isMore = true;
            while (isMore)
            {
                isMore = await statement.CopyNextAsync(output, cancellationToken);
                var flush = output.FlushAsync(cancellationToken);
                if (!flush.IsCompleted)
                {
                    await WaitAsync(flush.AsTask(), cancellationToken);
                }
            }
        }

        public ValueTask DisposeAsync() => statement.DisposeAsync();

        /// <summary>Waits until the client has read. Meanwhile another statement can have the lease.</summary>
        private async Task WaitAsync(Task flush, CancellationToken cancellationToken)
        {
            while (await Task.WhenAny(flush, lease.Cut, Task.Delay(PauseAfter, cancellationToken)) is var first && first != flush)
            {
                if (first == lease.Cut)
                {
                    throw EngineErrors.ReaderTooSlow();
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (lease.TryPause(PauseAfter))
                {
                    break;
                }
            }

            if (await Task.WhenAny(flush, lease.Cut) != flush)
            {
                throw EngineErrors.ReaderTooSlow();
            }

            await flush;
            await lease.ResumeAsync(cancellationToken);
        }
    }

    private sealed class Rows(IRunningStatement statement) : IQueryRows
    {
        private readonly ChunkReader _chunks = new();
        private bool _isMore = true;

        public IReadOnlyList<QueryColumn> Columns => statement.Columns;

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
