namespace Lakehouse.Core.Concurrency;

/// <summary>A taken place of <see cref="Places"/>, for one holder, who disposes of it once.</summary>
public sealed class Place : IDisposable
{
    private SemaphoreSlim? _free;

    internal Place(SemaphoreSlim free) => _free = free;

    /// <summary>Gives the place back.</summary>
    public void Dispose() => Interlocked.Exchange(ref _free, null)?.Release();
}
