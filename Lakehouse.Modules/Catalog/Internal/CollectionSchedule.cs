using Lakehouse.Core.Errors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Catalog.Internal;

/// <summary>
/// Runs a collection every <c>catalog.gc_every</c>, and the first one soon after the start: otherwise a program that is restarted every day would never
/// collect.
/// </summary>
internal sealed partial class CollectionSchedule(
    IGarbageCollector collector, CatalogOptions options, TimeProvider time, ILogger<CollectionSchedule> logger) : BackgroundService
{
    private static readonly TimeSpan FirstMax = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.GcEvery == TimeSpan.Zero)
        {
            return;
        }

        var wait = options.GcEvery < FirstMax ? options.GcEvery : FirstMax;
        while (true)
        {
            await Task.Delay(wait, time, stoppingToken);
            wait = options.GcEvery;
            try
            {
                await collector.CollectAsync(isDryRun: false, listMax: 0, stoppingToken);
            }
            catch (LakehouseException error)
            {
                LogFailed(error);
            }
        }
    }

    [LoggerMessage(EventId = 2008, Level = LogLevel.Warning, Message = "A collection ended early; the next one goes on")]
    private partial void LogFailed(Exception error);
}
