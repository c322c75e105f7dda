namespace Lakehouse.Memory;

/// <summary>What to recall.</summary>
/// <param name="Text">The task at hand.</param>
public sealed record RecallRequest(string Text)
{
    /// <summary>How many memories at most.</summary>
    public int K { get; init; } = 5;

    /// <summary>Tags that a memory must have, all of them.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The least outcome; memories without one are left out then.</summary>
    public double? MinOutcome { get; init; }

    /// <summary>The oldest memory; null for any.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Only memories of this parent.</summary>
    public string? Parent { get; init; }

    /// <summary>Only memories of the caller's own profile.</summary>
    public bool IsOwn { get; init; }

    /// <summary>What counts how much; null as configured.</summary>
    public ScoreWeights? Weights { get; init; }

    /// <summary>The age at which recency is a half; null as configured.</summary>
    public TimeSpan? HalfLife { get; init; }
}
