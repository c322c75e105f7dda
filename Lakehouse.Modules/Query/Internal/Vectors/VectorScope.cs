using System.Collections.Concurrent;
using Lakehouse.Core.Access;

namespace Lakehouse.Query.Internal.Vectors;

/// <summary>
/// The state that the vector functions of one running query share: its cancellation, its first error, and the vectors of its constants, which the engine asks
/// for more than once while it plans.
/// </summary>
internal sealed class VectorScope(Action ended, Caller caller) : IDisposable
{
    private const int KnownMax = 64;

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<(string? Model, string Text), ReadOnlyMemory<float>> _known = new();
    private VectorError? _error;

    /// <summary>Names the query among all queries of all engines.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>On whose behalf the query runs; in a process of the engine, nobody knows.</summary>
    public Caller Caller => caller;

    /// <summary>Cancelled when the query is stopped.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>The first error of a function, of which the engine keeps only the message.</summary>
    public VectorError? Error => Volatile.Read(ref _error);

    /// <summary>Cancels the calls of the query.</summary>
    public void Stop() => _stop.Cancel();

    public void Fail(VectorError error) => Interlocked.CompareExchange(ref _error, error, null);

    public bool TryGet(string? model, string text, out ReadOnlyMemory<float> vector) => _known.TryGetValue((model, text), out vector);

    public void Keep(string? model, string text, ReadOnlyMemory<float> vector)
    {
        if (_known.Count < KnownMax)
        {
            _known[(model, text)] = vector;
        }
    }

    public void Dispose()
    {
        ended();
        _stop.Dispose();
    }
}
