namespace Lakehouse.Core.Concurrency;

/// <summary>A lease of a <see cref="ConcurrencyLimiter"/>, for one holder, who disposes of it once.</summary>
public sealed class ConcurrencyLease : IDisposable
{
    private SemaphoreSlim? _free;

    internal ConcurrencyLease(SemaphoreSlim free) => _free = free;

    /// <summary>Gives the lease back.</summary>
    public void Dispose() => Interlocked.Exchange(ref _free, null)?.Release();
}
