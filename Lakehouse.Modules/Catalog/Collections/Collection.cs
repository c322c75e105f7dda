using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>What a collection removed, or would remove.</summary>
/// <param name="IsDryRun">Nothing was removed.</param>
/// <param name="Count">How many objects.</param>
/// <param name="SizeBytes">Their bytes.</param>
/// <param name="Objects">The first of them.</param>
/// <param name="UnfinishedCount">How many writes that were begun and never finished it cleared away; they are no objects.</param>
/// <param name="Unreadable">Kept manifests that cannot be read. While there are such, no data file is removed: they may name any.</param>
public sealed record Collection(
    bool IsDryRun, int Count, long SizeBytes, IReadOnlyList<CollectedObject> Objects, int UnfinishedCount, IReadOnlyList<ObjectKey> Unreadable);
