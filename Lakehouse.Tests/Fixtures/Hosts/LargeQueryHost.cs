namespace Lakehouse.Tests.Fixtures;

/// <summary>A server without datasets that takes large parameters and statements.</summary>
public abstract class LargeQueryHost(string isolation) : IAsyncLifetime
{
    public LakehouseHost Host { get; private set; } = null!;

    public async Task InitializeAsync() =>
        Host = await LakehouseHost.StartAsync(("query.isolation", isolation), ("query.max_param_bytes", "16MiB"));

    public async Task DisposeAsync() => await Host.DisposeAsync();
}
