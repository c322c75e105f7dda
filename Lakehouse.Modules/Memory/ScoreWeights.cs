namespace Lakehouse.Memory;

/// <summary>What counts how much in the score of a memory, each 0 or more.</summary>
/// <param name="Similarity">The cosine similarity of the task to the text.</param>
/// <param name="Outcome">The outcome; where there is none, a half.</param>
/// <param name="Recency">A half to the power of age over half-life.</param>
public sealed record ScoreWeights(double Similarity, double Outcome, double Recency);
