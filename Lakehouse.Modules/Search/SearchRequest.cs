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

    /// <summary>What ranks; null: both where the index has texts, else vectors.</summary>
    public SearchMode? Mode { get; init; }

    /// <summary>How many results; of a grouped search: groups.</summary>
    public int K { get; init; } = 10;

    /// <summary>A condition on metadata; null for none.</summary>
    public JsonElement? Filter { get; init; }

    /// <summary>A predicate of SQL over the dataset that the index was imported from; null for none.</summary>
    public string? Where { get; init; }

    /// <summary>The embedding model; null for the one that made the index's vectors.</summary>
    public string? Model { get; init; }

    /// <summary>The beam of the walk; null for the index's own.</summary>
    public int? Ef { get; init; }

    /// <summary>How many of each ranking are fused; null for the configured number.</summary>
    public int? Depth { get; init; }

    /// <summary>The constant of reciprocal rank fusion; null for the configured one.</summary>
    public double? RankConstant { get; init; }

    /// <summary>The weight of the vectors' ranking.</summary>
    public double VectorWeight { get; init; } = 1;

    /// <summary>The weight of the keywords' ranking.</summary>
    public double KeywordWeight { get; init; } = 1;

    /// <summary>A column or member of the metadata by whose value results are grouped; null for no groups.</summary>
    public string? GroupBy { get; init; }

    /// <summary>Results of one group.</summary>
    public int GroupSize { get; init; } = 3;

    /// <summary>Columns or members of the metadata whose values are counted.</summary>
    public IReadOnlyList<string> Facets { get; init; } = [];

    /// <summary>Values of one facet.</summary>
    public int FacetSize { get; init; } = 10;

    /// <summary>Columns of the dataset that results carry.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>True for results with snippets of their texts.</summary>
    public bool WithSnippets { get; init; } = true;

    /// <summary>What results carry of their items.</summary>
    public ItemParts Include { get; init; } = ItemParts.Metadata;
}
