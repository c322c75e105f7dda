using Lakehouse.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Vector.Internal;

/// <summary>Opens the indexes before the program takes requests, and looks after them from then on: clears the places of deleted items, folds logs.</summary>
internal sealed partial class IndexKeeper(VectorIndexes indexes, VectorOptions options, TimeProvider time, ILogger<IndexKeeper> logger) : BackgroundService
{
    // A log of a fifth of the index, at most, is replayed at a start; and an index that grows is written about five times over.
    private const int SnapshotsPerLog = 4;
    private const int IdleSnapshotsPerLog = 20;
    private const int GarbageShare = 20;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await indexes.LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.MaintainEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var open in indexes.Open)
            {
                if (open.TryEnter())
                {
                    await TryMaintainAsync(open, stoppingToken);
                    open.Leave();
                }
            }
        }
    }

    /// <summary>Whatever goes wrong with one index must not end the care for all.</summary>
    private async Task TryMaintainAsync(OpenIndex open, CancellationToken cancellationToken)
    {
        try
        {
            if (open.Fault is null)
            {
                await MaintainAsync(open, cancellationToken);
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            LogFailed(StorageFault.Is(fault) ? StorageFault.Translate(fault) : fault, open.Name.Value);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The program stops; the next start goes on.
        }
    }

    private async Task MaintainAsync(OpenIndex open, CancellationToken cancellationToken)
    {
        var isQuiet = IsQuietSince(open, options.FoldIdle, out var hasChanged);
        if (options.Persist && MustFold(open, isQuiet))
        {
            await indexes.FoldAsync(open, cancellationToken);
            return;
        }

        // While deletes come in, they are let gather; the walks bear some of them.
        if (open.Index.HasGarbage && (!hasChanged || open.Index.Graph.DeletedCount > open.Index.Graph.NodeCount / GarbageShare))
        {
            await indexes.CompactAsync(open, cancellationToken);
        }
    }

    private bool MustFold(OpenIndex open, bool isQuiet)
    {
        var order = open.Order;
        var enough = isQuiet ? order.SnapshotBytes / IdleSnapshotsPerLog : options.FoldLogBytes + (order.SnapshotBytes / SnapshotsPerLog);
        return order.LogCount > 0 && (order.LogBytes > enough || order.LogCount > options.FoldLogBatches);
    }

    /// <summary>True when no change has come for so long.</summary>
    private bool IsQuietSince(OpenIndex open, TimeSpan quiet, out bool hasChanged)
    {
        var applied = open.Order.Applied;
        hasChanged = open.LastSeen?.Applied != applied;
        if (hasChanged)
        {
            open.LastSeen = (applied, time.GetTimestamp());
        }

        return time.GetElapsedTime(open.LastSeen!.Value.Timestamp) >= quiet;
    }

    [LoggerMessage(EventId = 6005, Level = LogLevel.Warning, Message = "The vector index {Index} could not be maintained; what it holds is safe, and it is tried again")]
    private partial void LogFailed(Exception fault, string index);
}
