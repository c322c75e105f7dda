using System.Text.Json;

namespace Lakehouse.Vector;

/// <summary>A search: by a vector, or by the vector of a stored item, which is then not among the results.</summary>
public sealed record VectorQuery
{
    /// <summary>The query; null when <see cref="Id"/> is set.</summary>
    public ReadOnlyMemory<float>? Vector { get; init; }

    /// <summary>The id of a stored item; null when <see cref="Vector"/> is set.</summary>
    public string? Id { get; init; }

    /// <summary>How many results at most, 1 or more. With <see cref="DistanceMax"/> null stands for as many as the options allow.</summary>
    public int? K { get; init; }

    /// <summary>The beam of the walk; null for the index's own. At least K is taken.</summary>
    public int? Ef { get; init; }

    /// <summary>A condition on metadata, as docs/vectors.md has it; null for none.</summary>
    public JsonElement? Filter { get; init; }

    /// <summary>Only results at most this far; null for any.</summary>
    public float? DistanceMax { get; init; }

    /// <summary>True to compare every item: slower, and nothing is missed.</summary>
    public bool IsExact { get; init; }

    /// <summary>Only items of these ids, each in UTF-8; null for any. Ids that are not in the index are left out. Read once.</summary>
    public IEnumerable<ReadOnlyMemory<byte>>? AllowedIds { get; init; }

    /// <summary>What results carry.</summary>
    public ItemParts Include { get; init; } = ItemParts.Metadata;
}
