using Lakehouse.Core.Access;

namespace Lakehouse.Vector;

/// <summary>The current state of an index.</summary>
/// <param name="Spec">Its parameters.</param>
/// <param name="Status">Whether it can be used.</param>
/// <param name="Error">Why it cannot be used, in words for a person; null when it can.</param>
/// <param name="ItemCount">How many items it holds.</param>
/// <param name="DeletedCount">Slots of deleted items that are not freed yet.</param>
/// <param name="MemoryBytes">The memory of its vectors, links, ids and metadata.</param>
/// <param name="LogCount">Batches in the log that are not yet part of a snapshot.</param>
/// <param name="CreatedAt">When it was created, UTC.</param>
/// <param name="Aliases">Other names that point at it now.</param>
/// <param name="Generation">Identifies this creation of the index: an index that is deleted and created again under the same name has another one.</param>
/// <param name="TextCount">How many of its items have texts.</param>
/// <param name="Sequence">The number of the last change that searches see here.</param>
/// <param name="Owner">The record of the module that fills it; null where there is none.</param>
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
    long Sequence,
    IOwnerRecord? Owner)
{
    /// <summary>
    /// The index as the current caller sees it: with the aliases that it may use, and without counts and origin where its items are made of what it may not
    /// see.
    /// </summary>
    public VectorIndexInfo AsSeen()
    {
        if (Caller.Current.IsAdministrator)
        {
            return this;
        }

        var seen = this with { Aliases = [.. Aliases.Where(a => Caller.Current.Sees(ResourceKind.Index, a.Value))] };
        return Owner?.FindReadRefusal(Spec.Name) is null
            ? seen
            : seen with { ItemCount = 0, TextCount = 0, DeletedCount = 0, MemoryBytes = 0, LogCount = 0, Owner = null };
    }
}
