using System.Runtime.ExceptionServices;
using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Answers;

/// <summary>
/// Fetches the chunks of a long result on a thread of its own, so that the engine reads and decodes while the rows before are written. One thread takes them.
/// </summary>
internal sealed class ChunkAhead : IDisposable
{
    // More would hold memory and gain nothing: 2,048 rows can be of any size.
    private const int ChunksMax = 2;

    private readonly DuckDbResult _result;
    private readonly Action _interrupt;
    private readonly Queue<DuckDbChunk> _fetched = new(ChunksMax);
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _error;
    private bool _isAtEnd;
    private bool _isStopped;

    /// <summary>Begins.</summary>
    /// <param name="result">From which no other thread fetches any more.</param>
    /// <param name="interrupt">Interrupts the statement; called again and again until it has ended.</param>
    public ChunkAhead(DuckDbResult result, Action interrupt)
    {
        (_result, _interrupt) = (result, interrupt);
        _thread = DuckDbThread.Start("ahead", FetchAll);
    }

    /// <summary>The next chunk, or null after the last one. The caller disposes of it.</summary>
    /// <exception cref="DuckDbException">The statement failed.</exception>
    public DuckDbChunk? Take()
    {
        lock (_fetched)
        {
            while (_fetched.Count == 0 && !_isAtEnd)
            {
                Monitor.Wait(_fetched);
            }

            if (_fetched.TryDequeue(out var chunk))
            {
                Monitor.Pulse(_fetched);
                return chunk;
            }
        }

        _error?.Throw();
        return null;
    }

    /// <summary>Ends the statement where it has not ended.</summary>
    public void Dispose()
    {
        lock (_fetched)
        {
            _isStopped = true;
            Monitor.Pulse(_fetched);
        }

        while (!_thread.Join(TimeSpan.FromMilliseconds(1)))
        {
            if (!Volatile.Read(ref _isAtEnd))
            {
                _interrupt();
            }
        }

        while (_fetched.TryDequeue(out var chunk))
        {
            chunk.Dispose();
        }
    }

    private void FetchAll()
    {
        try
        {
            while (WaitForRoom() && _result.FetchChunk() is { } chunk)
            {
                lock (_fetched)
                {
                    _fetched.Enqueue(chunk);
                    Monitor.Pulse(_fetched);
                }
            }
        }
        catch (DuckDbException error)
        {
            _error = ExceptionDispatchInfo.Capture(error);
        }

        lock (_fetched)
        {
            _isAtEnd = true;
            Monitor.Pulse(_fetched);
        }
    }

    private bool WaitForRoom()
    {
        lock (_fetched)
        {
            while (_fetched.Count == ChunksMax && !_isStopped)
            {
                Monitor.Wait(_fetched);
            }

            return !_isStopped;
        }
    }
}
