namespace Lakehouse.Memory;

/// <summary>Why a memory is where it is: the values of its score's parts, each 0 to 1 but similarity, which is -1 to 1.</summary>
/// <param name="Similarity">As <see cref="ScoreWeights.Similarity"/>.</param>
/// <param name="Outcome">As <see cref="ScoreWeights.Outcome"/>.</param>
/// <param name="Recency">As <see cref="ScoreWeights.Recency"/>.</param>
public sealed record MemoryScore(double Similarity, double Outcome, double Recency)
{
    /// <summary>The score: the sum of the parts, each times its weight, over the sum of the weights.</summary>
    public double Total(ScoreWeights weights)
    {
        var sum = weights.Similarity + weights.Outcome + weights.Recency;
        return ((Similarity * weights.Similarity) + (Outcome * weights.Outcome) + (Recency * weights.Recency)) / sum;
    }
}
