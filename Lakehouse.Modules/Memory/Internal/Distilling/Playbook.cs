namespace Lakehouse.Memory.Internal.Distilling;

/// <summary>What a group of memories has in common.</summary>
internal sealed record Playbook
{
    /// <summary>The id of the group's first memory.</summary>
    public required string Id { get; init; }

    /// <summary>The memory that shows it best: of the largest outcome, and of these the newest.</summary>
    public required Source Exemplar { get; init; }

    /// <summary>The steps that enough of the successes have, in the exemplar's order, with the part of the successes that has each.</summary>
    public required IReadOnlyList<(Step Step, double Share)> Steps { get; init; }

    /// <summary>The steps that failures have and no success.</summary>
    public required IReadOnlyList<Step> FailedSteps { get; init; }

    /// <summary>All memories, the first of the group first.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>Why it contradicts itself; null where it does not.</summary>
    public required string? Contradiction { get; init; }

    /// <summary>Its title and summary; null where no chat model has made any.</summary>
    public (string Title, string Summary, string Key)? Text { get; init; }

    public int KnownCount => Sources.Count(s => s.Outcome is not null);

    public int SuccessCount => Sources.Count(s => s.HasSucceeded);
}
