using System.Diagnostics;
using Lakehouse.Core.Concurrency;

namespace Lakehouse.Query.Internal;

/// <summary>
/// The lease of a running statement. <see cref="TryPause"/> and <see cref="ResumeAsync"/> are called by the request that writes to the client, one at a time;
/// <see cref="Dispose"/> may be called from another thread at any time.
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

    /// <summary>Completes when this statement must end, because others wait to run and it has waited longest for its client to read.</summary>
    public Task Cut => _cut.Task;

    /// <summary>How long the statement has waited for its client, all pauses together.</summary>
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
    /// Gives the lease up until <see cref="ResumeAsync"/>, so that another statement can run. Returns false when too many are paused already; the caller then
    /// tries again for as long as the client does not read.
    /// </summary>
    /// <param name="waited">How long the client has not read since the last call.</param>
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

    /// <summary>Ends the pause: waits for a lease, which is never refused.</summary>
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

    /// <summary>Completes <see cref="Cut"/>.</summary>
    internal void End() => _cut.TrySetResult();
}
