namespace Lakehouse.Vector;

/// <summary>An index as it is now.</summary>
/// <param name="Spec">What it is.</param>
/// <param name="Status">Whether it can be used.</param>
/// <param name="Error">Why it cannot, for a person; null when it can.</param>
/// <param name="ItemCount">How many items it holds.</param>
/// <param name="DeletedCount">Places of deleted items that are not cleared yet.</param>
/// <param name="MemoryBytes">The memory of its vectors, links, ids and metadata.</param>
/// <param name="LogCount">Batches that are durable and not yet part of a snapshot.</param>
/// <param name="CreatedAt">When it was created, UTC.</param>
/// <param name="Aliases">Other names that point at it now.</param>
/// <param name="Generation">Names this creation of the index: one that is deleted and created again under its name has another.</param>
/// <param name="TextCount">How many of its items have texts.</param>
/// <param name="Owner">What the module that fills it keeps with it; null for nothing.</param>
public sealed record VectorIndexInfo(
    VectorIndexSpec Spec,
    IndexStatus Status,
    string? Error,
    long ItemCount,
    long DeletedCount,
    long MemoryBytes,
    long LogCount,
    DateTimeOffset CreatedAt,
    IReadOnlyList<IndexName> Aliases,
    Guid Generation,
    long TextCount,
    IOwnerRecord? Owner);
