namespace Lakehouse.Vector;

/// <summary>The part of a text where it matches a query best.</summary>
/// <param name="Text">The part, with an ellipsis at an end that is not the text's.</param>
/// <param name="Matches">The terms of the query in it, in order.</param>
public sealed record TextSnippet(string Text, IReadOnlyList<TextRange> Matches);
