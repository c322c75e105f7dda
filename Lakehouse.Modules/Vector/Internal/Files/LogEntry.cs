using Lakehouse.Vector.Internal.Index;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>An object of the log: items to add, ids to remove, or neither, where a writer begins.</summary>
/// <param name="Epoch">Which writer made it: the number of its claim. 0 in the logs of older programs.</param>
/// <param name="Added">The items; null where there are none.</param>
/// <param name="Removed">The ids in UTF-8; null where there are none.</param>
internal sealed record LogEntry(long Epoch, ItemBatch? Added, IReadOnlyList<byte[]>? Removed)
{
    /// <summary>The number up to which all were there when it was written; 0 in the logs of older programs.</summary>
    public long After { get; init; }

    /// <summary>Whether numbers before it can be missing, because a program wrote it that left out those of refused changes.</summary>
    public bool MayFollowGap { get; init; }

    public int ItemCount => Added?.Count ?? Removed?.Count ?? 0;
}
