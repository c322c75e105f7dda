using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Vector.Internal;

/// <summary>Looks again and again at what other processes have changed in the bucket.</summary>
internal sealed partial class IndexFollower(IndexRegistry registry, VectorOptions options, TimeProvider time, ILogger<IndexFollower> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Persist)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.RefreshEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await registry.FollowAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(error);
            }
        }
    }

    [LoggerMessage(
        EventId = 6009, Level = LogLevel.Warning, Message = "The vector indexes in the bucket could not be listed; those that are open stay as they are")]
    private partial void LogFailed(Exception error);
}
