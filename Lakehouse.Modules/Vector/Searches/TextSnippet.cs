namespace Lakehouse.Vector;

/// <summary>The part of a text where it matches a query best.</summary>
/// <param name="Text">The part, with an ellipsis at each end where text was cut off.</param>
/// <param name="Matches">Where the terms of the query are in <paramref name="Text"/>, in order.</param>
public sealed record TextSnippet(string Text, IReadOnlyList<TextRange> Matches);
