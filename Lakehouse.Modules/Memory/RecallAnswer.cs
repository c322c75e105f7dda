namespace Lakehouse.Memory;

/// <summary>What was recalled.</summary>
/// <param name="Memories">The best first.</param>
/// <param name="Weights">The weights of the scores' parts.</param>
/// <param name="Version">The version of the space's dataset that was searched; 0 where it has none.</param>
/// <param name="IsBehind">Whether the index had not taken in the newest memories yet.</param>
public sealed record RecallAnswer(IReadOnlyList<RecalledMemory> Memories, ScoreWeights Weights, long Version, bool IsBehind);
