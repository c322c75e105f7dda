namespace Lakehouse.Vector;

/// <summary>The results of a search.</summary>
/// <param name="Hits">Nearest first.</param>
/// <param name="IsExact">True when every item that the filter passes was compared, either because the query asked for it or because few items pass.</param>
/// <param name="ComparedCount">How many items were compared with the query.</param>
/// <param name="Owner">The record of the module that fills the index; null where there is none.</param>
/// <param name="Version">The index and a change of it: the answer is made of this one, all before it, and perhaps some after it.</param>
public sealed record VectorAnswer(IReadOnlyList<VectorHit> Hits, bool IsExact, int ComparedCount, IOwnerRecord? Owner = null, IndexVersion Version = default);
