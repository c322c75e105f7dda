using System.Diagnostics;
using Lakehouse.Core.Concurrency;

namespace Lakehouse.Query.Internal;

/// <summary>
/// The lease of a statement that runs. <see cref="TryPause"/> and <see cref="ResumeAsync"/> are the client's side, one at a time; the end may come from another
/// thread at any time, once.
/// </summary>
internal sealed class StatementLease(StatementLimiter limiter, ConcurrencyLease lease) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ConcurrencyLease? _lease = lease;
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

    /// <summary>
    /// Lets another statement run until <see cref="ResumeAsync"/>. False where too many are paused already: then it is asked again, for as long as the client
    /// does not read.
    /// </summary>
    /// <param name="waited">How long the client has not read.</param>
    public bool TryPause(TimeSpan waited)
    {
        lock (_gate)
        {
            _waited += waited;
        }

        if (!limiter.TryPause(this))
        {
            return false;
        }

        lock (_gate)
        {
            if (_isEnded)
            {
                limiter.Leave(this);
                return true;
            }

            (_isPaused, _pausedAt) = (true, Stopwatch.GetTimestamp());
            _lease?.Dispose();
            _lease = null;
        }

        return true;
    }

    /// <summary>Ends the pause: gets a lease again, which is never refused.</summary>
    public async ValueTask ResumeAsync(CancellationToken cancellationToken)
    {
        if (!_isPaused)
        {
            return;
        }

        var again = await limiter.ResumeAsync(cancellationToken);
        lock (_gate)
        {
            if (_isEnded)
            {
                again.Dispose();
                return;
            }

            _waited += Stopwatch.GetElapsedTime(_pausedAt);
            _isPaused = false;
            _lease = again;
        }

        limiter.Leave(this);
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
            _lease?.Dispose();
        }

        limiter.Leave(this);
    }

    /// <summary>Asks for its end.</summary>
    internal void End() => _cut.TrySetResult();
}
