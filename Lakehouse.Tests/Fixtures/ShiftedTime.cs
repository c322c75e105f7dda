namespace Lakehouse.Tests.Fixtures;

/// <summary>The system's clock, running ahead.</summary>
public sealed class ShiftedTime(TimeSpan ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
}
