using Lakehouse.Vector;

namespace Lakehouse.Search;

/// <summary>A result.</summary>
/// <param name="Hit">The item with its ranks.</param>
/// <param name="Snippet">The part of its text that matches best; null where it has none or none was asked for.</param>
/// <param name="Columns">The values of the columns asked for, each JSON; null where the row is gone from the dataset or none was asked for.</param>
public sealed record SearchHit(HybridHit Hit, TextSnippet? Snippet, IReadOnlyList<string>? Columns);
