namespace Lakehouse.Search;

/// <summary>How often each value of a column or member occurs among the candidates.</summary>
/// <param name="Name">The column or member.</param>
/// <param name="Values">The values, each as JSON, with their counts; the most frequent first.</param>
/// <param name="OtherCount">How many candidates have other values.</param>
public sealed record SearchFacet(string Name, IReadOnlyList<KeyValuePair<string, int>> Values, int OtherCount);
