namespace Lakehouse.Vector.Internal.Logs;

/// <summary>The ETags of two objects of an index, as they were when they were read.</summary>
/// <param name="Definition">Of its definition.</param>
/// <param name="Owner">Of the owner's record; null where there is none.</param>
internal readonly record struct IndexTags(string Definition, string? Owner);
