namespace Lakehouse.Tests.Fixtures;

/// <summary>A server with the datasets <c>t</c> and <c>u</c>, for tests that only read.</summary>
public abstract class QueryHost(string isolation) : IAsyncLifetime
{
    public LakehouseHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Host = await LakehouseHost.StartAsync(("query.isolation", isolation), ("query.max_sql_bytes", "4KiB"), ("query.max_pivot_columns", "3"));
        await Host.IngestAsync("t", "id,k,v\n1,a,10\n2,b,20\n3,a,30\n");
        await Host.IngestAsync("u", "id,w\n1,x\n3,y\n");
        await Host.IngestAsync("wide", "id,k,v\n1,a,10\n2,b,20\n3,a,30\n4,c,40\n");
    }

    public async Task DisposeAsync() => await Host.DisposeAsync();
}
