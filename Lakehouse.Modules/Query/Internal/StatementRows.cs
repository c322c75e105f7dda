using System.Diagnostics;
using Lakehouse.Core.Access;
using Lakehouse.Core.Observation;
using Lakehouse.Query.Internal.Answers;
using Lakehouse.Query.Internal.Engine;

namespace Lakehouse.Query.Internal;

/// <summary>The rows of a statement of another module, or of this program itself.</summary>
/// <param name="statement">The statement.</param>
/// <param name="query">How it is listed; null where it is not.</param>
/// <param name="registry">The lists.</param>
/// <param name="stop">Stops it, when its caller wants or when it is cancelled; disposed of here. Null where its caller alone stops it.</param>
internal sealed class StatementRows(IRunningStatement statement, RunningQuery? query, QueryRegistry registry, CancellationTokenSource? stop) : IQueryRows
{
    private readonly ChunkReader _chunks = new();
    private bool _isMore = true;
    private bool _hasFailed;
    private readonly Caller _caller = Caller.Current;
    private readonly RequestRecord? _record = RequestRecord.Current;
    private readonly long _startedAt = Stopwatch.GetTimestamp();

    public IReadOnlyList<QueryColumn> Columns => statement.Head.Columns;

    /// <summary>What is known of it before its first row.</summary>
    public StatementHead Head => statement.Head;

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

            try
            {
                _isMore = await statement.CopyNextAsync(_chunks.Input, stop?.Token ?? cancellationToken);
            }
            catch (Exception error) when (query is not null)
            {
                _hasFailed = true;
                throw registry.Translate(query, error);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await statement.DisposeAsync();
        if (query is null)
        {
            var elapsed = Stopwatch.GetElapsedTime(_startedAt);
            _caller.Spend(BudgetKind.EngineTime, (long)elapsed.TotalMilliseconds);
            _record?.AddWork(elapsed, 0);
        }

        if (query is not null && !_hasFailed)
        {
            registry.End(query, QueryState.Done);
        }

        stop?.Dispose();
    }
}
