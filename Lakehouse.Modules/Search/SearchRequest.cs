using System.Text.Json;
using Lakehouse.Vector;

namespace Lakehouse.Search;

/// <summary>A search of one index.</summary>
public sealed record SearchRequest
{
    /// <summary>The index or alias.</summary>
    public required IndexName Index { get; init; }

    /// <summary>What to search for.</summary>
    public required string Text { get; init; }

    /// <summary>What the results are ranked by; null for both where the index has texts, otherwise for vectors.</summary>
    public SearchMode? Mode { get; init; }

    /// <summary>The number of a change of the index that the search must see, which another process may have made; null for none.</summary>
    public long? At { get; init; }

    /// <summary>How many results; in a grouped search, how many groups.</summary>
    public int K { get; init; } = 10;

    /// <summary>A condition on metadata; null for none.</summary>
    public JsonElement? Filter { get; init; }

    /// <summary>An SQL predicate over the dataset that the index was imported from; null for none.</summary>
    public string? Where { get; init; }

    /// <summary>The embedding model; null for the one that made the index's vectors.</summary>
    public string? Model { get; init; }

    /// <summary>The beam width of the walk; null for the index's default.</summary>
    public int? Ef { get; init; }

    /// <summary>How many results of each ranking are fused; null for the configured number.</summary>
    public int? Depth { get; init; }

    /// <summary>The constant of reciprocal rank fusion; null for the configured one.</summary>
    public double? RankConstant { get; init; }

    /// <summary>The weight of the vectors' ranking.</summary>
    public double VectorWeight { get; init; } = 1;

    /// <summary>The weight of the keywords' ranking.</summary>
    public double KeywordWeight { get; init; } = 1;

    /// <summary>A column or member of the metadata by whose value results are grouped; null for no groups.</summary>
    public string? GroupBy { get; init; }

    /// <summary>How many results a group has at most.</summary>
    public int GroupSize { get; init; } = 3;

    /// <summary>Columns or members of the metadata whose values are counted.</summary>
    public IReadOnlyList<string> Facets { get; init; } = [];

    /// <summary>How many values a facet has at most.</summary>
    public int FacetSize { get; init; } = 10;

    /// <summary>Columns of the dataset that results carry.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>True to return snippets of the texts.</summary>
    public bool WithSnippets { get; init; } = true;

    /// <summary>The parts of items that results carry.</summary>
    public ItemParts Include { get; init; } = ItemParts.Metadata;
}
