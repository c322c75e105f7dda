using Lakehouse.Core.Errors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Catalog.Internal;

/// <summary>Reads the catalog before the program listens, and again at intervals, because other processes may commit to the same bucket.</summary>
internal sealed partial class CatalogRefresher(
    ICatalog catalog, CatalogOptions options, TimeProvider time, ILogger<CatalogRefresher> logger) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await catalog.RefreshAsync(cancellationToken);
        var count = catalog.List().Count;
        LogReady(count);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.RefreshEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await catalog.RefreshAsync(stoppingToken);
            }
            catch (LakehouseException error)
            {
                LogFailed(error);
            }
        }
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Debug, Message = "The catalog holds {Count} datasets")]
    private partial void LogReady(int count);

    [LoggerMessage(
        EventId = 2002, Level = LogLevel.Warning, Message = "The catalog could not be refreshed; the known versions stay, and the next refresh tries again")]
    private partial void LogFailed(Exception error);
}
