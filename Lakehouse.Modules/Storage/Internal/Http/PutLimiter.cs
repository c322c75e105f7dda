using Lakehouse.Core.Concurrency;
using Lakehouse.Core.Errors;

namespace Lakehouse.Storage.Internal.Http;

/// <summary>Bounds the puts that run at once.</summary>
internal sealed class PutLimiter(StorageOptions options) : IDisposable
{
    private readonly ConcurrencyLimiter _limiter = new(
        options.MaxConcurrentPuts, () => BusyErrors.TooMany("too_many_puts", "uploads", options.MaxConcurrentPuts, "storage.max_concurrent_puts"));

    public ValueTask<ConcurrencyLease> AcquireAsync(CancellationToken cancellationToken) => _limiter.AcquireAsync(cancellationToken);

    public void Dispose() => _limiter.Dispose();
}
