using System.Diagnostics;
using Lakehouse.Core.Concurrency;

namespace Lakehouse.Query.Internal;

/// <summary>
/// A statement's turn. <see cref="TryPause"/> and <see cref="ResumeAsync"/> are the client's side, one at a time; the end may come from another thread at any time, once.
/// </summary>
internal sealed class Turn(Turns turns, Place place) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Place? _place = place;
    private long _pausedAt;
    private TimeSpan _waited;
    private bool _isPaused;
    private bool _isEnded;

    /// <summary>Completes when this statement is to end, because others want to run and it has waited for its client for longer than any.</summary>
    public Task Cut => _cut.Task;

    /// <summary>How long it has waited for its client.</summary>
    public TimeSpan Waited
    {
        get
        {
            lock (_gate)
            {
                return _waited + (_isPaused ? Stopwatch.GetElapsedTime(_pausedAt) : TimeSpan.Zero);
            }
        }
    }

    /// <summary>Lets another statement run until <see cref="ResumeAsync"/>. False where too many are paused already: then it is asked again, for as long as the client does not read.</summary>
    /// <param name="waited">How long the client has not read.</param>
    public bool TryPause(TimeSpan waited)
    {
        lock (_gate)
        {
            _waited += waited;
        }

        if (!turns.TryPause(this))
        {
            return false;
        }

        lock (_gate)
        {
            if (_isEnded)
            {
                turns.Leave(this);
                return true;
            }

            (_isPaused, _pausedAt) = (true, Stopwatch.GetTimestamp());
            _place?.Dispose();
            _place = null;
        }

        return true;
    }

    /// <summary>Waits for a turn again. One that was begun is never refused.</summary>
    public async ValueTask ResumeAsync(CancellationToken cancellationToken)
    {
        if (!_isPaused)
        {
            return;
        }

        var again = await turns.ResumeAsync(cancellationToken);
        lock (_gate)
        {
            if (_isEnded)
            {
                again.Dispose();
                return;
            }

            _waited += Stopwatch.GetElapsedTime(_pausedAt);
            _isPaused = false;
            _place = again;
        }

        turns.Leave(this);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isEnded)
            {
                return;
            }

            _isEnded = true;
            _place?.Dispose();
        }

        turns.Leave(this);
    }

    /// <summary>Asks for its end.</summary>
    internal void End() => _cut.TrySetResult();
}
