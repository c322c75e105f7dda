using Lakehouse.Query.Internal.Engine;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.InProcess;

/// <summary>
/// An engine in this process with the count of its statements: a retired one takes no more, and is closed with the last of them. Thread-safe.
/// </summary>
internal sealed class SharedEngine(EngineInstance engine, IScratchFolder spill) : IDisposable
{
    private readonly Lock _gate = new();
    private int _users;
    private bool _isRetired;
    private bool _isDisposed;

    /// <summary>The engine.</summary>
    public EngineInstance Engine => engine;

    /// <summary>Called once, when the last statement of a retired one has let go of it.</summary>
    public Action? Ended { get; set; }

    /// <summary>False when it is retired: take another.</summary>
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

    /// <summary>No statement enters any more. False when that was so already.</summary>
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
