using Lakehouse.Vector;

namespace Lakehouse.Search;

/// <summary>The answer to a search.</summary>
/// <param name="Request">The search, with its mode decided.</param>
/// <param name="Model">The model that embedded the text; null in a search by keywords.</param>
/// <param name="Origin">Where the index's items come from; null where nothing was imported.</param>
/// <param name="Way">How the vectors were searched.</param>
/// <param name="AllowedCount">How many items of the index the predicate allows; null without one.</param>
/// <param name="WhereVersion">The version of the dataset that was queried for the predicate; null without one.</param>
/// <param name="CandidateCount">How many items were ranked.</param>
/// <param name="Hits">The best first; empty where there are groups.</param>
/// <param name="Groups">The groups, the one with the best result first; null where none were asked for.</param>
/// <param name="Facets">The facets that were asked for, counted over the best candidates.</param>
/// <param name="Version">The index and a change of it: the answer is made of this one, all before it, and perhaps some after it.</param>
public sealed record SearchAnswer(
    SearchRequest Request,
    string? Model,
    VectorOrigin? Origin,
    SearchWay Way,
    long? AllowedCount,
    long? WhereVersion,
    int CandidateCount,
    IReadOnlyList<SearchHit> Hits,
    IReadOnlyList<SearchGroup>? Groups,
    IReadOnlyList<SearchFacet> Facets,
    IndexVersion Version);
