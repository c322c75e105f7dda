namespace Lakehouse.Vector;

/// <summary>One page of a listing.</summary>
/// <param name="Items">In the order of the bytes of their ids.</param>
/// <param name="IsTruncated">True when more follow.</param>
public sealed record StoredItemPage(IReadOnlyList<StoredItem> Items, bool IsTruncated);
