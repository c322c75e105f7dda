using Lakehouse.Vector;

namespace Lakehouse.Search;

/// <summary>A result.</summary>
/// <param name="Hit">The item with its ranks.</param>
/// <param name="Snippet">The part of its text that matches best; null where it has no text or no snippets were asked for.</param>
/// <param name="Columns">The values of the requested columns, each as JSON; null where the dataset no longer has the row or no column was requested.</param>
public sealed record SearchHit(HybridHit Hit, TextSnippet? Snippet, IReadOnlyList<string>? Columns);
