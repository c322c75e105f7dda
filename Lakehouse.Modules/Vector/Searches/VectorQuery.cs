using System.Text.Json;

namespace Lakehouse.Vector;

/// <summary>A search by a vector, or by the vector of a stored item; that item is left out of the results.</summary>
public sealed record VectorQuery
{
    /// <summary>The query; null when <see cref="Id"/> is set.</summary>
    public ReadOnlyMemory<float>? Vector { get; init; }

    /// <summary>The id of a stored item; null when <see cref="Vector"/> is set.</summary>
    public string? Id { get; init; }

    /// <summary>How many results at most, 1 or more. Null, used with <see cref="DistanceMax"/>, means as many as the options allow.</summary>
    public int? K { get; init; }

    /// <summary>The beam width of the walk; null for the index's default. K is used if that is more.</summary>
    public int? Ef { get; init; }

    /// <summary>A condition on metadata as described in docs/vectors.md; null for none.</summary>
    public JsonElement? Filter { get; init; }

    /// <summary>The largest distance of a result; null for any.</summary>
    public float? DistanceMax { get; init; }

    /// <summary>True to compare every item, which is slower but misses nothing.</summary>
    public bool IsExact { get; init; }

    /// <summary>The ids that results may have, each in UTF-8; null for any. Ids that are not in the index are ignored. Enumerated once.</summary>
    public IEnumerable<ReadOnlyMemory<byte>>? AllowedIds { get; init; }

    /// <summary>The number of a change that the search must see, which another process may have made; null for none.</summary>
    public long? At { get; init; }

    /// <summary>The parts of items that results carry.</summary>
    public ItemParts Include { get; init; } = ItemParts.Metadata;
}
