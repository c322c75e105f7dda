using Lakehouse.Core.Concurrency;
using Lakehouse.Core.Errors;

namespace Lakehouse.Tests.Unit;

public sealed class PlacesTests
{
    [Fact]
    public async Task So_many_run_so_many_wait_and_one_more_is_refused()
    {
        using var places = new Places(2, 1, TimeSpan.FromMinutes(1), Refusal);
        var first = await places.TakeAsync(CancellationToken.None);
        using var second = await places.TakeAsync(CancellationToken.None);
        var waiting = places.TakeAsync(CancellationToken.None);
        waiting.IsCompleted.Should().BeFalse();
        await RefusedAsync(() => places.TakeAsync(CancellationToken.None).AsTask());

        first.Dispose();
        using var third = await waiting;
        first.Dispose(); // again: it frees no second place
        using var gone = new CancellationTokenSource();
        var given = places.TakeAsync(gone.Token).AsTask();
        await gone.CancelAsync();
        await given.Invoking(g => g).Should().ThrowAsync<OperationCanceledException>();
        given = places.TakeAsync(CancellationToken.None).AsTask(); // who gave up waits no more
        given.IsCompleted.Should().BeFalse();
        third.Dispose();
        (await given).Dispose();
    }

    [Fact]
    public async Task Who_waits_too_long_is_refused()
    {
        using var places = new Places(1, 1, TimeSpan.FromMilliseconds(1), Refusal);
        using var taken = await places.TakeAsync(CancellationToken.None);
        await RefusedAsync(() => places.TakeAsync(CancellationToken.None).AsTask());
    }

    private static LakehouseException Refusal() => new(ErrorKind.Busy, "full", "No place is free.");

    private static async Task RefusedAsync(Func<Task> call) => (await call.Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("full");
}
