using Lakehouse.Core.Concurrency;
using Lakehouse.Core.Errors;

namespace Lakehouse.Tests.Unit;

public sealed class ConcurrencyLimiterTests
{
    [Fact]
    public async Task So_many_run_so_many_wait_and_one_more_is_refused()
    {
        using var limiter = new ConcurrencyLimiter(2, 1, TimeSpan.FromMinutes(1), Refusal);
        var first = await limiter.AcquireAsync(CancellationToken.None);
        using var second = await limiter.AcquireAsync(CancellationToken.None);
        var waiting = limiter.AcquireAsync(CancellationToken.None);
        waiting.IsCompleted.Should().BeFalse();
        await RefusedAsync(() => limiter.AcquireAsync(CancellationToken.None).AsTask());

        first.Dispose();
        using var third = await waiting;
        first.Dispose(); // a second call gives no second lease back
        using var gone = new CancellationTokenSource();
        var given = limiter.AcquireAsync(gone.Token).AsTask();
        await gone.CancelAsync();
        await given.Invoking(g => g).Should().ThrowAsync<OperationCanceledException>();
        given = limiter.AcquireAsync(CancellationToken.None).AsTask(); // a cancelled caller no longer waits
        given.IsCompleted.Should().BeFalse();
        third.Dispose();
        (await given).Dispose();
    }

    [Fact]
    public async Task Who_waits_too_long_is_refused()
    {
        using var limiter = new ConcurrencyLimiter(1, 1, TimeSpan.FromMilliseconds(1), Refusal);
        using var taken = await limiter.AcquireAsync(CancellationToken.None);
        await RefusedAsync(() => limiter.AcquireAsync(CancellationToken.None).AsTask());
    }

    private static LakehouseException Refusal() => new(ErrorKind.Busy, "full", "No place is free.");

    private static async Task RefusedAsync(Func<Task> call) => (await call.Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("full");
}
