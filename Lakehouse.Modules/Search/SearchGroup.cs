namespace Lakehouse.Search;

/// <summary>Results that share a value.</summary>
/// <param name="Key">The value, as JSON.</param>
/// <param name="Hits">The best first.</param>
public sealed record SearchGroup(string Key, IReadOnlyList<SearchHit> Hits);
