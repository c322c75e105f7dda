using Lakehouse.Core.Errors;

namespace Lakehouse.Storage.Internal;

/// <summary>Bounds the puts that run at once. One too many is refused at once: a queue of uploads would only hide the load.</summary>
internal sealed class PutSlots(StorageOptions options) : IDisposable
{
    private readonly SemaphoreSlim _free = new(options.MaxConcurrentPuts);

    public IDisposable Take()
    {
        if (!_free.Wait(0, CancellationToken.None))
        {
            throw new LakehouseException(
                ErrorKind.Busy,
                "too_many_puts",
                $"All {options.MaxConcurrentPuts} places for uploads are taken. Try again in 5 seconds, or raise storage.max_concurrent_puts.")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            };
        }

        return new Slot(_free);
    }

    public void Dispose() => _free.Dispose();

    private sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
