using System.Threading.Channels;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Iceberg.Internal.Publishing;

/// <summary>Publishes what was committed, soon after it was; and tidies up from time to time. What fails is tried again later.</summary>
internal sealed partial class PublishingService(
    TablePublisher publisher,
    ICatalog catalog,
    LakeOptions lake,
    IcebergOptions options,
    CatalogOptions catalogOptions,
    TimeProvider time,
    ILogger<PublishingService> logger)
    : BackgroundService
{
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await publisher.LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        catalog.Changed += Wake;
        try
        {
            var (loadedAt, collectedAt) = (time.GetTimestamp(), time.GetTimestamp());
            while (!stoppingToken.IsCancellationRequested)
            {
                if (!lake.IsReader)
                {
                    await TryAsync(() => PublishAsync(stoppingToken), stoppingToken);
                }

                if (time.GetElapsedTime(loadedAt) >= catalogOptions.RefreshEvery)
                {
                    loadedAt = time.GetTimestamp();
                    await TryAsync(() => publisher.LoadAsync(stoppingToken), stoppingToken);
                }

                if (!lake.IsReader && time.GetElapsedTime(collectedAt) >= options.CollectEvery)
                {
                    collectedAt = time.GetTimestamp();
                    await TryAsync(() => CollectAsync(stoppingToken), stoppingToken);
                }

                await WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is missing is published after the next start.
        }
        finally
        {
            catalog.Changed -= Wake;
        }
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        foreach (var name in publisher.FindBehind())
        {
            await TryAsync(() => publisher.UpdateAsync(name, cancellationToken), cancellationToken);
        }
    }

    private async Task CollectAsync(CancellationToken cancellationToken)
    {
        foreach (var name in publisher.ListKnown())
        {
            await TryAsync(() => publisher.CollectAsync(name, cancellationToken), cancellationToken);
        }
    }

    private async Task TryAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await Caller.RunAsync(Caller.Program, async () =>
            {
                await work();
                return true;
            });
        }
        catch (LakehouseException error)
        {
            LogFailed(error.Message);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogUnexpected(error);
        }
    }

    /// <summary>Waits for the next commit; a while at most, because some may have failed.</summary>
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var wait = catalogOptions.RefreshEvery < options.CollectEvery ? catalogOptions.RefreshEvery : options.CollectEvery;
        await Task.WhenAny(_news.Reader.ReadAsync(stop.Token).AsTask(), Task.Delay(wait, time, stop.Token));
        await stop.CancelAsync();
    }

    private void Wake(object? sender, EventArgs arguments) => _news.Writer.TryWrite(true);

    [LoggerMessage(EventId = 9011, Level = LogLevel.Warning, Message = "A version could not be published; it is tried again: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(EventId = 9012, Level = LogLevel.Error, Message = "A version could not be published; it is tried again")]
    private partial void LogUnexpected(Exception error);
}
