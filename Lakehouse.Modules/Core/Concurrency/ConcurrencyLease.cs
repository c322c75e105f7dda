namespace Lakehouse.Core.Concurrency;

/// <summary>A lease of a <see cref="ConcurrencyLimiter"/>. It has one holder, which disposes of it when its work is done; a second call does nothing.</summary>
public sealed class ConcurrencyLease : IDisposable
{
    private SemaphoreSlim? _free;

    internal ConcurrencyLease(SemaphoreSlim free) => _free = free;

    /// <summary>Gives the lease back.</summary>
    public void Dispose() => Interlocked.Exchange(ref _free, null)?.Release();
}
