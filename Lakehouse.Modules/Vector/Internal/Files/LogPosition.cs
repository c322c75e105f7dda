namespace Lakehouse.Vector.Internal.Files;

/// <summary>A place in the log of an index.</summary>
/// <param name="Sequence">The number of the last object of the log up to there; 0 for the start.</param>
/// <param name="Epoch">The epoch there. Later objects of an earlier epoch do not count: their writer has been relieved.</param>
internal readonly record struct LogPosition(long Sequence, long Epoch);
