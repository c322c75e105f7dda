namespace Lakehouse.Catalog.Internal;

/// <summary>A moment by two clocks: the monotonic one may stand still while the machine sleeps, and the other one may be set back.</summary>
internal sealed record Moment(long Timestamp, DateTimeOffset Wall)
{
    public static Moment Of(TimeProvider time) => new(time.GetTimestamp(), time.GetUtcNow());

    /// <summary>The time since then, by the clock that says more.</summary>
    public TimeSpan Elapsed(TimeProvider time)
    {
        var (monotonic, wall) = (time.GetElapsedTime(Timestamp), time.GetUtcNow() - Wall);
        return monotonic > wall ? monotonic : wall;
    }
}
