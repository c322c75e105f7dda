using Lakehouse.Core.Concurrency;
using Lakehouse.Core.Errors;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.Http;

/// <summary>Collects answers on the disk (<c>wait_end</c>), a bounded number of them at once.</summary>
internal sealed class AnswerSpool(QueryOptions options, IScratchSpace scratch) : IDisposable
{
    private readonly ConcurrencyLimiter _limiter = new(
        options.MaxSpools,
        options.MaxWaiting,
        options.Timeout,
        () => BusyErrors.TooMany("too_many_spools", "answers that are collected before they are sent (wait_end)", options.MaxSpools, "query.max_spools"));

    /// <summary>Acquires a lease, which is held until the answer is sent.</summary>
    public ValueTask<ConcurrencyLease> AcquireAsync(CancellationToken cancellationToken) => _limiter.AcquireAsync(cancellationToken);

    /// <summary>Collects an answer.</summary>
    /// <exception cref="LakehouseException">As <see cref="SpooledAnswer.CollectAsync"/>.</exception>
    public Task<SpooledAnswer> CollectAsync(IQueryAnswer answer, CancellationToken cancellationToken) =>
        SpooledAnswer.CollectAsync(answer, scratch, options.MaxSpoolBytes, cancellationToken);

    public void Dispose() => _limiter.Dispose();
}
