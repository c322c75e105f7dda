using Lakehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>
/// The engine that takes queries. One that holds a query which would not stop is retired: a fresh one takes the next queries, the others on the old one run to
/// their end, and the old one is closed when the last of them is done. Retired ones are bounded in number.
/// </summary>
internal sealed partial class EnginePool(QueryOptions options, IObjectStore store, IScratchSpace scratch, ILogger<EnginePool> logger, ISqlVectors? vectors = null) : IDisposable
{
    private readonly Lock _gate = new();
    private EngineInstance? _current;
    private int _stuck;
    private bool _isDisposed;

    /// <summary>Retired instances whose queries still run.</summary>
    public int StuckCount => Volatile.Read(ref _stuck);

    /// <summary>An instance entered on behalf of a query, which leaves it at its end.</summary>
    public EngineInstance Enter()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_stuck > options.MaxStuckEngines)
            {
                throw QueryErrors.EnginesStuck(_stuck);
            }

            _current ??= EngineInstance.Open(options, store, scratch, vectors);
            if (!_current.TryEnter())
            {
                _current = EngineInstance.Open(options, store, scratch, vectors);
                _current.TryEnter();
            }

            return _current;
        }
    }

    /// <summary>Gives an instance up because a query on it does not stop.</summary>
    public void Retire(EngineInstance instance)
    {
        lock (_gate)
        {
            instance.Ended = () =>
            {
                var left = Interlocked.Decrement(ref _stuck);
                LogEnded(left);
            };
            if (!instance.Retire())
            {
                return;
            }

            var stuck = Interlocked.Increment(ref _stuck);
            LogRetired(stuck);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _current?.Dispose();
        }
    }

    [LoggerMessage(EventId = 4001, Level = LogLevel.Error, Message = "A query does not stop when it is interrupted. Its engine takes no more queries; {Stuck} engines are given up so far")]
    private partial void LogRetired(int stuck);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Warning, Message = "An engine that was given up has ended; {Stuck} are left")]
    private partial void LogEnded(int stuck);
}
