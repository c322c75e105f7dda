namespace Lakehouse.Memory;

/// <summary>What was remembered.</summary>
/// <param name="Ids">The ids, in the order of the memories.</param>
/// <param name="Dataset">The dataset that has them.</param>
/// <param name="Version">Its version.</param>
public sealed record RememberAnswer(IReadOnlyList<string> Ids, string Dataset, long Version);
