namespace Lakehouse.Memory.Internal.Distilling;

/// <summary>Makes a playbook of a group.</summary>
internal static class PlaybookMaker
{
    private const int KnownMin = 4;
    private const double SplitMin = 1 / 3.0;

    /// <summary>Makes it.</summary>
    /// <param name="sources">The memories of the group, in their order, one or more.</param>
    /// <param name="share">In what part of the successes a step must be.</param>
    public static Playbook Make(IReadOnlyList<Source> sources, double share)
    {
        var successes = sources.Where(s => s.HasSucceeded).ToList();
        var failures = sources.Where(s => s.HasFailed).ToList();
        var exemplar = sources
            .OrderByDescending(s => s.Outcome ?? -1)
            .ThenByDescending(s => s.At, StringComparer.Ordinal)
            .ThenBy(s => s.Id, StringComparer.Ordinal)
            .First();
        var shares = successes.SelectMany(s => s.Steps.Distinct())
            .GroupBy(step => step)
            .ToDictionary(g => g.Key, g => (double)g.Count() / successes.Count);
        return new Playbook
        {
            Id = sources[0].Id,
            Exemplar = exemplar,
            Sources = sources,
            Steps = [.. Ordered(exemplar, successes).Where(step => shares[step] >= share).Select(step => (step, shares[step]))],
            FailedSteps =
            [
                .. failures.SelectMany(f => f.Steps).Distinct().Where(step => !shares.ContainsKey(step)).OrderBy(s => s.Key, StringComparer.Ordinal)
            ],
            Contradiction = FindContradiction(successes, failures),
        };
    }

    /// <summary>The steps of all successes, once each: in the exemplar's order, then in the order in which the others have them.</summary>
    private static IEnumerable<Step> Ordered(Source exemplar, List<Source> successes) =>
        (exemplar.HasSucceeded ? exemplar.Steps : []).Concat(successes.SelectMany(s => s.Steps)).Distinct();

    private static string? FindContradiction(List<Source> successes, List<Source> failures)
    {
        foreach (var success in successes.Where(s => s.Steps.Count > 0))
        {
            if (failures.FirstOrDefault(f => f.Steps.SequenceEqual(success.Steps)) is { } failure)
            {
                return $"{success.Id} and {failure.Id} have the same steps; one succeeded and one failed";
            }
        }

        var known = successes.Count + failures.Count;
        return known >= KnownMin && Math.Min(successes.Count, failures.Count) >= known * SplitMin
            ? $"{successes.Count} of {known} succeeded"
            : null;
    }
}
