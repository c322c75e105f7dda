namespace Lakehouse.Vector;

/// <summary>The results of a search.</summary>
/// <param name="Hits">Nearest first.</param>
/// <param name="IsExact">True when every item that the filter lets through was compared: asked for, or because so few are left.</param>
/// <param name="ComparedCount">How many items were compared with the query.</param>
/// <param name="Owner">What the module that fills the index keeps with it; null for nothing.</param>
public sealed record VectorAnswer(IReadOnlyList<VectorHit> Hits, bool IsExact, int ComparedCount, IOwnerRecord? Owner = null);
