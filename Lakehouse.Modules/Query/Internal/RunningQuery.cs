using System.Diagnostics;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Observation;

namespace Lakehouse.Query.Internal;

/// <summary>A query from its arrival on. <see cref="QueryRegistry"/> keeps it. Thread-safe.</summary>
internal sealed class RunningQuery(string id, string sql, DateTimeOffset startedAt, Caller caller) : IDisposable
{
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly CancellationTokenSource _cancelling = new();
    private readonly Lock _gate = new();
    private QueryState _state = QueryState.Waiting;
    private TimeSpan? _took;
    private Exception? _error;
    private Func<double?>? _progress;
    private long _rows;
    private long _bytes;

    public string Id => id;

    /// <summary>Whose query it is.</summary>
    public Caller Caller => caller;

    /// <summary>The request that it is a part of; null where nobody keeps it.</summary>
    public RequestRecord? Record { get; } = RequestRecord.Current;

    /// <summary>Its span; null where nobody traces.</summary>
    public Activity? Span { get; init; }

    /// <summary>Cancelled when the query is.</summary>
    public CancellationToken Cancelled => _cancelling.Token;

    /// <summary>Whether it was cancelled.</summary>
    public bool IsCancelled => _cancelling.IsCancellationRequested;

    public QueryInfo Info
    {
        get
        {
            lock (_gate)
            {
                var progress = _state == QueryState.Running ? _progress?.Invoke() : null;
                return new QueryInfo(
                    id, sql, _state, startedAt, _took ?? Stopwatch.GetElapsedTime(_startedAt), Volatile.Read(ref _rows), Volatile.Read(ref _bytes), progress,
                    (_error as LakehouseException)?.Code, (_error as LakehouseException)?.Message, caller.Name);
            }
        }
    }

    /// <summary>Records that an engine works on it.</summary>
    /// <param name="progress">Returns the engine's estimate of its progress.</param>
    public void Run(Func<double?>? progress)
    {
        lock (_gate)
        {
            (_state, _progress) = (QueryState.Running, progress);
        }
    }

    /// <summary>Records how much of the answer was written.</summary>
    public void Count(long rows, long bytes)
    {
        Volatile.Write(ref _rows, rows);
        Volatile.Write(ref _bytes, bytes);
    }

    /// <summary>Records its end.</summary>
    /// <returns>False when it had ended before.</returns>
    public bool End(QueryState state, Exception? error = null)
    {
        lock (_gate)
        {
            if (_took is not null)
            {
                return false;
            }

            (_state, _error, _took, _progress) = (state, error, Stopwatch.GetElapsedTime(_startedAt), null);
            return true;
        }
    }

    /// <summary>Cancels it.</summary>
    public void Cancel() => _cancelling.Cancel();

    public void Dispose() => _cancelling.Dispose();
}
