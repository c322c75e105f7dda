namespace Lakehouse.Embed;

/// <summary>Counters of the cache since the start. Each text asked for is a hit or a miss.</summary>
/// <param name="HitCount">Texts answered without asking a model for them: from the cache, or with another call that asked already.</param>
/// <param name="MissCount">Texts that a model was asked for.</param>
/// <param name="CoalescedCount">Those hits that waited for another call.</param>
/// <param name="EntryCount">Texts in the cache.</param>
/// <param name="EntryCountMax">The cache's bound.</param>
/// <param name="EvictedCount">Texts that went for others.</param>
/// <param name="UpstreamCallCount">Calls of providers.</param>
/// <param name="UpstreamFailureCount">Those that failed.</param>
public sealed record EmbedStats(
    long HitCount, long MissCount, long CoalescedCount, int EntryCount, int EntryCountMax, long EvictedCount, long UpstreamCallCount, long UpstreamFailureCount)
{
    /// <summary>Hits among all texts asked for, 0 to 1; 0 before the first.</summary>
    public double HitRate => HitCount + MissCount is var all and > 0 ? (double)HitCount / all : 0;
}
