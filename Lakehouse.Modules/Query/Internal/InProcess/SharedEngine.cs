using Lakehouse.Query.Internal.Engine;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.InProcess;

/// <summary>
/// An engine of this process and the number of its statements. A retired engine takes no more statements, and is closed when the last one has left.
/// Thread-safe.
/// </summary>
internal sealed class SharedEngine(EngineInstance engine, IScratchFolder spill) : IDisposable
{
    private readonly Lock _gate = new();
    private int _users;
    private bool _isRetired;
    private bool _isDisposed;

    /// <summary>The engine.</summary>
    public EngineInstance Engine => engine;

    /// <summary>Called once, when the last statement has left the retired engine.</summary>
    public Action? Ended { get; set; }

    /// <summary>Adds a statement. Returns false when the engine is retired.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            _users += _isRetired ? 0 : 1;
            return !_isRetired;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _users--;
        }

        EndIfUnused();
    }

    /// <summary>Retires the engine: no more statements can enter. Returns false when it was retired already.</summary>
    public bool Retire()
    {
        lock (_gate)
        {
            if (_isRetired)
            {
                return false;
            }

            _isRetired = true;
        }

        EndIfUnused();
        return true;
    }

    public void Dispose()
    {
        Retire();
        EndIfUnused();
    }

    private void EndIfUnused()
    {
        lock (_gate)
        {
            if (!_isRetired || _users > 0 || _isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        engine.Dispose();
        spill.Dispose();
        Ended?.Invoke();
    }
}
