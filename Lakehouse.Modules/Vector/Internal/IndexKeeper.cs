using Lakehouse.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Vector.Internal;

/// <summary>Opens the indexes before the program accepts requests, then maintains them: frees the slots of deleted items, compacts logs.</summary>
internal sealed partial class IndexKeeper(
    VectorIndexes indexes, IndexRegistry registry, VectorOptions options, TimeProvider time, ILogger<IndexKeeper> logger) : BackgroundService
{
    // A log is at most a quarter of its snapshot, so a start replays at most a fifth of an index, and a growing index is written about five times in all.
    private const int SnapshotsPerLog = 4;
    private const int IdleSnapshotsPerLog = 20;
    private const int GarbageShare = 20;

    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromMinutes(5);

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
            await MaintainAllAsync(stoppingToken);
        }
    }

    /// <summary>Does what there is to do now.</summary>
    public async Task MaintainAllAsync(CancellationToken cancellationToken)
    {
        foreach (var index in registry.Indexes)
        {
            if (index.TryEnter())
            {
                await TryMaintainAsync(index, cancellationToken);
                index.Leave();
            }
        }
    }

    /// <summary>Maintains one index. An error is logged, so that the other indexes are still maintained.</summary>
    private async Task TryMaintainAsync(DurableIndex index, CancellationToken cancellationToken)
    {
        try
        {
            if (index.Error is null && time.GetTimestamp() >= index.Failures.NotBefore)
            {
                await MaintainAsync(index, cancellationToken);
                index.Failures = default;
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // A snapshot that does not fit on the disk is written in full before that is known, so it is not tried each second.
            var failures = index.Failures.Count + 1;
            var wait = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, failures), RetryAfterMax.TotalSeconds));
            index.Failures = (failures, time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency));
            LogFailed(FileSystemErrors.Is(error) ? FileSystemErrors.Translate(error) : error, index.Name.Value);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The program stops; maintenance continues after the next start.
        }
    }

    private async Task MaintainAsync(DurableIndex index, CancellationToken cancellationToken)
    {
        var isQuiet = IsQuietSince(index, options.CompactIdle, out var hasChanged);
        if (options.Persist && MustCompact(index, isQuiet))
        {
            await index.CompactAsync(cancellationToken);
            index.RemoveAt = time.GetTimestamp() + (long)(options.KeepLog.TotalSeconds * time.TimestampFrequency);
        }

        if (index.Order.WritingEpoch is { } epoch && epoch != index.LastEpoch)
        {
            // The writer before may have ended before it had removed what its last snapshot replaces.
            index.LastEpoch = epoch;
            index.RemoveAt ??= time.GetTimestamp() + (long)(options.KeepLog.TotalSeconds * time.TimestampFrequency);
        }

        if (index.RemoveAt is { } at && time.GetTimestamp() >= at && index.IsWriter)
        {
            await index.RemoveCompactedAsync(cancellationToken);
            index.RemoveAt = null;
        }

        // While changes keep coming, deleted nodes are collected up to a share of all nodes, which walks can tolerate.
        if (index.Contents.HasGarbage && (!hasChanged || index.Contents.Graph.DeletedCount > index.Contents.Graph.NodeCount / GarbageShare))
        {
            await index.VacuumAsync(cancellationToken);
        }
    }

    private bool MustCompact(DurableIndex index, bool isQuiet)
    {
        // A process that only reads leaves the log as it is: its length is bounded by what the last writer has left.
        if (!index.IsWriter)
        {
            return false;
        }

        var order = index.Order;
        var enough = isQuiet ? order.SnapshotBytes / IdleSnapshotsPerLog : options.CompactLogBytes + (order.SnapshotBytes / SnapshotsPerLog);
        return order.LogCount > 0 && (order.LogBytes > enough || order.LogCount > options.CompactLogBatches);
    }

    /// <summary>True when no change was applied for the time <paramref name="quiet"/>.</summary>
    private bool IsQuietSince(DurableIndex index, TimeSpan quiet, out bool hasChanged)
    {
        var applied = index.Order.Applied;
        hasChanged = index.LastSeen?.Applied != applied;
        if (hasChanged)
        {
            index.LastSeen = (applied, time.GetTimestamp());
        }

        return time.GetElapsedTime(index.LastSeen!.Value.Timestamp) >= quiet;
    }

    [LoggerMessage(
        EventId = 6005, Level = LogLevel.Warning, Message = "The vector index {Index} could not be maintained; what it holds is safe, and it is tried again")]
    private partial void LogFailed(Exception error, string index);
}
