using Lakehouse.Host.Cli;
using Lakehouse.Host.Server;
using Lakehouse.Host.Server.Connections;
using Microsoft.Extensions.Configuration;

namespace Lakehouse.Tests.Unit;

public sealed class DescriptorBudgetTests
{
    // 4 engine processes with 65 lanes each, 256 for everything else, 16 for /health.
    private const int NeededBeside = (4 * 65) + 256 + 16;

    [Theory]
    [InlineData(null, 1_024)]
    [InlineData(1_000_000L, 1_024)]
    [InlineData(NeededBeside + 1_024L, 1_024)]
    [InlineData(NeededBeside + 1_023L, 1_023)]
    [InlineData(1_024L, 1_024 - NeededBeside)]
    [InlineData(NeededBeside + 16L, 16)]
    public void Connections_get_what_is_left(long? limit, int connections) => DescriptorBudget.FitConnections(Settings(), limit).Should().Be(connections);

    [Fact]
    public void Too_few_end_the_start() =>
        FluentActions.Invoking(() => DescriptorBudget.FitConnections(Settings(), NeededBeside + 15))
            .Should().Throw<CommandException>().WithMessage("*ulimit -n*");

    [Fact]
    public void Without_engine_processes_more_is_left() =>
        DescriptorBudget.FitConnections(Settings(("query:isolation", "none")), 1_024).Should().Be(1_024 - 256 - 16);

    private static LakehouseSettings Settings(params (string Key, string Value)[] settings) => LakehouseSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build(), null);
}
