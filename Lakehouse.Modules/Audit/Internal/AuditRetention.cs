using System.Globalization;
using Lakehouse.Catalog;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Query.Rows;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Audit.Internal;

/// <summary>Removes rows past their retention.</summary>
internal sealed partial class AuditRetention(IDatasetRows rows, ICatalog catalog, AuditOptions options, TimeProvider time, ILogger<AuditRetention> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Retention == TimeSpan.Zero)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.RetainEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RemoveAsync(stoppingToken);
            }
            catch (LakehouseException error)
            {
                LogFailed(error.Code, error.Message);
            }
        }
    }

    private async Task RemoveAsync(CancellationToken cancellationToken)
    {
        var name = DatasetName.OfProgram(AuditColumns.Table);
        if (catalog.Find(name) is null or { Objects.Count: 0 })
        {
            return;
        }

        var end = (time.GetUtcNow() - options.Retention).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        var change = await rows.DeleteAsync(name, $"\"time\" < TIMESTAMP '{end}'", null, cancellationToken);
        if (change.RemovedCount > 0)
        {
            LogRemoved(change.RemovedCount, end);
        }
    }

    [LoggerMessage(EventId = 8004, Level = LogLevel.Information, Message = "Removed {Count} rows of the audit from before {End}")]
    private partial void LogRemoved(long count, string end);

    [LoggerMessage(EventId = 8005, Level = LogLevel.Warning, Message = "The rows of the audit past their retention could not be removed: {Code}: {Reason}")]
    private partial void LogFailed(string code, string reason);
}
