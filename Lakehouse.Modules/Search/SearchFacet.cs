namespace Lakehouse.Search;

/// <summary>How often the values of a column or member stand among the candidates.</summary>
/// <param name="Name">The column or member.</param>
/// <param name="Values">The values, each JSON, with their counts; the most frequent first.</param>
/// <param name="OtherCount">Candidates with further values.</param>
public sealed record SearchFacet(string Name, IReadOnlyList<KeyValuePair<string, int>> Values, int OtherCount);
