using Lakehouse.Vector.Internal.Index;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>A change in the log: items to add or ids to remove.</summary>
/// <param name="Added">The items; null for a removal.</param>
/// <param name="Removed">The ids in UTF-8; null for an add.</param>
internal sealed record LogEntry(ItemBatch? Added, IReadOnlyList<byte[]>? Removed)
{
    public int ItemCount => Added?.Count ?? Removed!.Count;
}
