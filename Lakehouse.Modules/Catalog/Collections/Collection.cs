using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>What a collection removed, or would remove.</summary>
/// <param name="IsDryRun">True when nothing was removed.</param>
/// <param name="Count">How many objects were removed.</param>
/// <param name="SizeBytes">Their size together.</param>
/// <param name="Objects">The first of them.</param>
/// <param name="UnfinishedCount">How many unfinished writes were cleaned up; these are not objects.</param>
/// <param name="Unreadable">Kept manifests that cannot be read. While there are any, no data file is removed, because they may name it.</param>
public sealed record Collection(
    bool IsDryRun, int Count, long SizeBytes, IReadOnlyList<CollectedObject> Objects, int UnfinishedCount, IReadOnlyList<ObjectKey> Unreadable);
