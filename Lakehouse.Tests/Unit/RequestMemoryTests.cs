using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;

namespace Lakehouse.Tests.Unit;

public sealed class RequestMemoryTests
{
    private readonly RequestMemory _memory = new(100);

    [Fact]
    public async Task What_is_given_back_can_be_taken_again()
    {
        using (var first = _memory.Enter())
        {
            await first.GrowAsync(60, CancellationToken.None);
            await first.GrowAsync(40, CancellationToken.None);
        }

        using var second = _memory.Enter();
        await second.GrowAsync(100, CancellationToken.None);
    }

    [Fact]
    public async Task The_request_that_began_last_makes_way()
    {
        using var first = _memory.Enter();
        var second = _memory.Enter();
        await second.GrowAsync(60, CancellationToken.None);

        var growing = first.GrowAsync(70, CancellationToken.None).AsTask();
        second.GivenUp.IsCancellationRequested.Should().BeTrue();
        growing.IsCompleted.Should().BeFalse("the memory is not free yet");
        await RequireFullAsync(second.GrowAsync(1, CancellationToken.None));
        second.Dispose();

        await growing;
        first.GivenUp.IsCancellationRequested.Should().BeFalse();
    }

    [Fact]
    public async Task One_that_was_given_up_is_waited_for_whatever_else_is_released_meanwhile()
    {
        using var first = _memory.Enter();
        var second = _memory.Enter();
        await second.GrowAsync(60, CancellationToken.None);
        var growing = first.GrowAsync(70, CancellationToken.None).AsTask();
        for (var i = 0; i < 3; i++)
        {
            _memory.Enter().Dispose();
            await Task.Delay(10);
        }

        growing.IsCompleted.Should().BeFalse("it is not the one that has to fail");
        second.Dispose();
        await growing;
    }

    [Fact]
    public async Task The_last_one_does_not_wait_for_those_before_it()
    {
        using var first = _memory.Enter();
        await first.GrowAsync(80, CancellationToken.None);
        using var second = _memory.Enter();

        await RequireFullAsync(second.GrowAsync(21, CancellationToken.None));

        second.GivenUp.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public async Task One_that_holds_nothing_is_not_waited_for()
    {
        using var first = _memory.Enter();
        await first.GrowAsync(60, CancellationToken.None);
        var second = _memory.Enter();
        await second.GrowAsync(40, CancellationToken.None);
        var third = _memory.Enter();

        var growing = first.GrowAsync(30, CancellationToken.None).AsTask();

        third.GivenUp.IsCancellationRequested.Should().BeTrue();
        second.GivenUp.IsCancellationRequested.Should().BeTrue("the third frees nothing");
        third.Dispose();
        second.Dispose();
        await growing;
    }

    [Fact]
    public async Task One_that_is_complete_is_given_up_for_nobody()
    {
        using var first = _memory.Enter();
        using var second = _memory.Enter();
        await second.GrowAsync(80, CancellationToken.None);
        second.Complete();

        await RequireFullAsync(first.GrowAsync(30, CancellationToken.None));

        second.GivenUp.IsCancellationRequested.Should().BeFalse();
    }

    [Fact]
    public async Task Of_many_at_once_some_succeed_and_nothing_is_lost()
    {
        var succeeded = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 40_000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, stop) =>
        {
            using var lease = _memory.Enter();
            try
            {
                for (var i = 0; i < 6; i++)
                {
                    await lease.GrowAsync(5, stop);
                    await Task.Yield();
                }

                lease.Complete();
                Interlocked.Increment(ref succeeded);
            }
            catch (LakehouseException full) when (full.Code == "request_memory_full")
            {
            }
        });

        succeeded.Should().BePositive();
        using var last = _memory.Enter();
        await last.GrowAsync(100, CancellationToken.None);
    }

    private static async Task RequireFullAsync(ValueTask growing) =>
        (await growing.AsTask().Invoking(g => g).Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("request_memory_full");
}
