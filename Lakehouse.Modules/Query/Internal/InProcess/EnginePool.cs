using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.SystemTables;
using Lakehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Query.Internal.InProcess;

/// <summary>
/// The engine of this process that takes statements. When a statement does not stop, its engine is retired: a new engine takes the next statements, the other
/// statements of the old engine run to their end, and the old engine is closed when the last of them has ended. The number of retired engines is bounded.
/// Thread-safe.
/// </summary>
internal sealed partial class EnginePool(
    QueryOptions options,
    IObjectStore store,
    StorageOptions storage,
    IScratchSpace scratch,
    ILogger<EnginePool> logger,
    SystemRows system,
    ISqlVectors? vectors = null) : IDisposable
{
    private readonly Lock _gate = new();
    private SharedEngine? _current;
    private int _stuck;
    private bool _isDisposed;

    /// <summary>The setup of every engine.</summary>
    public EngineSetup Setup { get; } = EngineSetup.Of(options, store, storage, vectors is not null, system.Shapes);

    /// <summary>Retired engines whose statements still run.</summary>
    public int StuckCount => Volatile.Read(ref _stuck);

    /// <summary>Returns an engine for a statement, which must call <see cref="SharedEngine.Leave"/> at its end.</summary>
    public SharedEngine Enter()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_stuck > options.MaxStuckEngines)
            {
                throw EngineErrors.EnginesStuck(_stuck);
            }

            _current ??= Open();
            if (!_current.TryEnter())
            {
                _current = Open();
                _current.TryEnter();
            }

            return _current;
        }
    }

    /// <summary>Retires an engine because a statement on it does not stop.</summary>
    public void Retire(SharedEngine engine)
    {
        lock (_gate)
        {
            engine.Ended = () =>
            {
                var left = Interlocked.Decrement(ref _stuck);
                LogEnded(left);
            };
            if (!engine.Retire())
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

    private SharedEngine Open()
    {
        var spill = scratch.Create();
        try
        {
            return new SharedEngine(EngineInstance.Open(Setup, spill.Path, vectors, system), spill);
        }
        catch
        {
            spill.Dispose();
            throw;
        }
    }

    [LoggerMessage(
        EventId = 4001,
        Level = LogLevel.Error,
        Message = "A query did not stop when it was interrupted. Its engine is retired and takes no more queries; {Stuck} retired engines still run")]
    private partial void LogRetired(int stuck);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Warning, Message = "A retired engine has ended; {Stuck} retired engines still run")]
    private partial void LogEnded(int stuck);
}
