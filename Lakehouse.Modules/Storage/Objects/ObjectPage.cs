namespace Lakehouse.Storage;

/// <summary>One page of a listing.</summary>
/// <param name="Objects">In the order of the bytes of their keys.</param>
/// <param name="IsTruncated">True when more objects follow the last one here.</param>
public sealed record ObjectPage(IReadOnlyList<ObjectInfo> Objects, bool IsTruncated);
