using Lakehouse.Query.Internal.InProcess;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Stores;

namespace Lakehouse.Tests.Integration.Sql;

/// <summary>Queries with the engine in the server's process.</summary>
public sealed class LocalQueryTests(LocalQueryTests.SharedHost shared) : QueryTests(shared.Host, "none"), IClassFixture<LocalQueryTests.SharedHost>
{
    [Fact]
    public async Task An_engine_that_does_not_stop_is_given_up_and_the_others_do_not_notice()
    {
        await using var host = await LakehouseHost.StartAsync(
            ("query.isolation", "none"),
            ("query.timeout", "1s"),
            ("query.interrupt_grace", "100ms"),
            ("query.max_repeat", "1000000"),
            ("query.max_list_length", "100000000"),
            ("query.max_stuck_engines", "1"));
        await host.IngestAsync("d", "a\n1\n");
        using var stop = new CancellationTokenSource();
        var others = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                (await host.RowsAsync("SELECT sum(a) FROM d")).Should().Be("[[1]]");
            }
        });

        // Constant folding runs inside prepare and cannot be interrupted.
        var stuck = await host.RefusalAsync("SELECT len(list_sort(list_transform(range(20000000), x -> hash(x))))");
        (stuck.Status, stuck.Code).Should().Be((504, "query_timeout"));
        host.Service<EnginePool>().StuckCount.Should().Be(1);
        for (var i = 0; i < 20; i++)
        {
            (await host.RowsAsync("FROM d")).Should().Be("[[1]]");
        }

        await stop.CancelAsync();
        await others;
        await StorageEndpointTests.WaitForAsync(() => host.Service<EnginePool>().StuckCount == 0);
    }

    public sealed class SharedHost() : QueryHost("none");
}
