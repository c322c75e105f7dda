namespace Lakehouse.Embed;

/// <summary>Counters of the cache since the start. Each text asked for is a hit or a miss.</summary>
/// <param name="HitCount">Texts for which no model was asked: they were in the cache, or pending in another call.</param>
/// <param name="MissCount">Texts for which a model was asked.</param>
/// <param name="CoalescedCount">Hits that waited for a pending text of another call.</param>
/// <param name="EntryCount">Texts in the cache.</param>
/// <param name="EntryCountMax">The most texts that the cache holds.</param>
/// <param name="EvictedCount">Texts that were evicted.</param>
/// <param name="UpstreamCallCount">Calls to providers.</param>
/// <param name="UpstreamFailureCount">Calls to providers that failed.</param>
public sealed record EmbedStats(
    long HitCount, long MissCount, long CoalescedCount, int EntryCount, int EntryCountMax, long EvictedCount, long UpstreamCallCount, long UpstreamFailureCount)
{
    /// <summary>The share of hits among all texts, 0 to 1; 0 before the first text.</summary>
    public double HitRate => HitCount + MissCount is var all and > 0 ? (double)HitCount / all : 0;
}
