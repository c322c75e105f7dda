using Lakehouse.Vector.Internal.Files;
using Lakehouse.Vector.Internal.Index;

namespace Lakehouse.Vector.Internal;

/// <summary>
/// An index that the process knows: what it is, the index in memory or why there is none, and the state of its log. Whoever uses it has entered it, so
/// that it is not taken away meanwhile.
/// </summary>
internal sealed class OpenIndex(IndexName name, IndexDefinition definition, VectorIndexSpec spec, VectorIndex? index, string? fault) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _fault = fault;
    private int _users;
    private bool _isClosed;

    public IndexName Name { get; } = name;

    public IndexDefinition Definition { get; } = definition;

    public VectorIndexSpec Spec { get; } = spec;

    /// <summary>Where its items come from, or null.</summary>
    public VectorOrigin? Origin { get; set; }

    /// <summary>The order of its changes and the state of its log.</summary>
    public ChangeOrder Order { get; } = new();

    /// <summary>Held by who clears places or writes a snapshot.</summary>
    public SemaphoreSlim Maintenance { get; } = new(1);

    /// <summary>The last change that its keeper has seen, and when it saw it first.</summary>
    public (long Applied, long Timestamp)? LastSeen { get; set; }

    /// <summary>Why it cannot be used; null when it can.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>The memory it takes.</summary>
    public long SizeBytes => index?.SizeBytes ?? 0;

    /// <summary>The index in memory, or the error that there is none.</summary>
    public VectorIndex Index => Fault is { } reason || index is null ? throw VectorErrors.Damaged(Name, Fault ?? string.Empty) : index;

    /// <summary>Enters for use; <see cref="Leave"/> ends it. False: it is being deleted.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            _users += _isClosed ? 0 : 1;
            return !_isClosed;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            if (--_users == 0 && _isClosed)
            {
                _drained.TrySetResult();
            }
        }
    }

    /// <summary>Lets nobody in any more; completes when everyone has left.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (_users == 0)
            {
                _drained.TrySetResult();
            }
        }

        return _drained.Task;
    }

    /// <summary>Gives the index up until the next start.</summary>
    public void Fail(string reason) => Interlocked.CompareExchange(ref _fault, reason, null);

    public void Dispose()
    {
        index?.Dispose();
        Maintenance.Dispose();
    }
}
