namespace Lakehouse.Tests.Fixtures;

/// <summary>The system's clock, running ahead.</summary>
public sealed class ShiftedTime(TimeSpan ahead) : TimeProvider
{
    /// <summary>How far it is ahead. The monotonic clock stays behind, as while a machine sleeps.</summary>
    public TimeSpan Ahead { get; set; } = ahead;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
