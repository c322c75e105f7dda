using Lakehouse.Core.Concurrency;
using Lakehouse.Core.Errors;

namespace Lakehouse.Storage.Internal;

/// <summary>Bounds the puts that run at once.</summary>
internal sealed class PutSlots(StorageOptions options) : IDisposable
{
    private readonly Places _places = new(options.MaxConcurrentPuts, () => new LakehouseException(
        ErrorKind.Busy, "too_many_puts", $"All {options.MaxConcurrentPuts} places for uploads are taken. Try again in 5 seconds, or raise storage.max_concurrent_puts.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    });

    public ValueTask<Place> TakeAsync(CancellationToken cancellationToken) => _places.TakeAsync(cancellationToken);

    public void Dispose() => _places.Dispose();
}
