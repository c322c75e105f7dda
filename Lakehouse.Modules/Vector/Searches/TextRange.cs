namespace Lakehouse.Vector;

/// <summary>A part of a text.</summary>
/// <param name="Start">Where it starts, in UTF-16 units.</param>
/// <param name="Length">Its length, in UTF-16 units.</param>
public readonly record struct TextRange(int Start, int Length);
