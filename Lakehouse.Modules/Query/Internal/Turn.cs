using Lakehouse.Core.Concurrency;

namespace Lakehouse.Query.Internal;

/// <summary>A statement's turn. <see cref="Pause"/> and <see cref="ResumeAsync"/> are the client's side, one at a time; the end may come from another thread at any time, once.</summary>
internal sealed class Turn(Turns turns, Place place) : IDisposable
{
    private readonly Lock _gate = new();
    private Place? _place = place;
    private bool _isPaused;
    private bool _isEnded;

    /// <summary>Lets another statement run until <see cref="ResumeAsync"/>, where not too many are paused already.</summary>
    public void Pause()
    {
        lock (_gate)
        {
            if (!_isEnded && turns.TryPause())
            {
                _isPaused = true;
                _place?.Dispose();
                _place = null;
            }
        }
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

            _isPaused = false;
            _place = again;
            turns.Leave();
        }
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
            if (_isPaused)
            {
                turns.Leave();
            }
        }
    }
}
