using System.Text.Json;

namespace Lakehouse.Vector;

/// <summary>A search by a vector, by keywords or by both; the rankings of both are fused.</summary>
public sealed record HybridQuery
{
    /// <summary>The vector; null to search by keywords only.</summary>
    public ReadOnlyMemory<float>? Vector { get; init; }

    /// <summary>The text whose terms are looked up; null to search by vector only.</summary>
    public string? Text { get; init; }

    /// <summary>How many results at most, 1 or more.</summary>
    public required int K { get; init; }

    /// <summary>How many results of each ranking are fused; K if that is more.</summary>
    public required int Depth { get; init; }

    /// <summary>The beam width of the walk; null for the index's default.</summary>
    public int? Ef { get; init; }

    /// <summary>A condition on metadata; null for none.</summary>
    public JsonElement? Filter { get; init; }

    /// <summary>As <see cref="VectorQuery.AllowedIds"/>.</summary>
    public IEnumerable<ReadOnlyMemory<byte>>? AllowedIds { get; init; }

    /// <summary>The constant of reciprocal rank fusion: an item at rank r of a ranking gains weight / (this + r), ranks counting from 1. Above 0.</summary>
    public double RankConstant { get; init; } = 60;

    /// <summary>The weight of the vectors' ranking, 0 or more.</summary>
    public double VectorWeight { get; init; } = 1;

    /// <summary>The weight of the keywords' ranking, 0 or more.</summary>
    public double KeywordWeight { get; init; } = 1;

    /// <summary>The parts of items that results carry.</summary>
    public ItemParts Include { get; init; } = ItemParts.Metadata;
}
