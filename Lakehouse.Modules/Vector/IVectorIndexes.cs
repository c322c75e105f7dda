using Lakehouse.Core.Errors;

namespace Lakehouse.Vector;

/// <summary>
/// Indexes of vectors: HNSW graphs (Malkov and Yashunin, arXiv 1603.09320) with ids and metadata, durable in the bucket. Changes that were acknowledged
/// survive a crash. An alias can be used wherever an index is named, except to delete the index. Thread-safe.
/// </summary>
/// <remarks>
/// Every call that names an index throws <c>index_not_found</c> (<see cref="ErrorKind.NotFound"/>) when there is none, also in the bucket, where other
/// processes create indexes; <c>index_damaged</c> (<see cref="ErrorKind.Damaged"/>) when its files cannot be read. Every call that changes one throws
/// <c>index_shared</c> (<see cref="ErrorKind.Conflict"/>) when another process writes it.
/// </remarks>
public interface IVectorIndexes
{
    /// <summary>Creates an empty index.</summary>
    /// <exception cref="LakehouseException">
    /// <c>index_exists</c>, <c>alias_exists</c> (<see cref="ErrorKind.Conflict"/>); <c>invalid_index</c> (<see cref="ErrorKind.InvalidInput"/>): a parameter
    /// out of range; <c>too_many_indexes</c> (<see cref="ErrorKind.Conflict"/>).
    /// </exception>
    Task<VectorIndexInfo> CreateAsync(VectorIndexSpec spec, CancellationToken cancellationToken);

    /// <summary>Every index, by name.</summary>
    IReadOnlyList<VectorIndexInfo> List();

    /// <summary>The current state of an index that this process has open, also of a damaged one; null where it has none of this name or alias.</summary>
    VectorIndexInfo? FindOpen(IndexName name);

    /// <summary>The current state of an index, also of a damaged one.</summary>
    ValueTask<VectorIndexInfo> ShowAsync(IndexName name, CancellationToken cancellationToken);

    /// <summary>Deletes an index with all its items. Waits until the searches that run on it have ended.</summary>
    /// <exception cref="LakehouseException"><c>index_has_aliases</c> (<see cref="ErrorKind.Conflict"/>).</exception>
    Task DeleteAsync(IndexName name, CancellationToken cancellationToken);

    /// <summary>Makes this process the one that writes an index, unless it is, before work that would be lost where it cannot be.</summary>
    Task BeginWritingAsync(IndexName name, CancellationToken cancellationToken);

    /// <summary>Adds items or replaces them, all or none. When this returns they are durable and searches find them.</summary>
    /// <exception cref="LakehouseException">
    /// <c>invalid_item</c> (<see cref="ErrorKind.InvalidInput"/>): the first item that breaks a rule, by its position, and nothing has changed;
    /// <c>vector_memory_full</c> (<see cref="ErrorKind.InsufficientStorage"/>); <c>too_many_adds</c> (<see cref="ErrorKind.Busy"/>);
    /// the error of <see cref="IOwnerRecord.FindRefusal"/>, where only the owner may change the index and the caller is a client.
    /// </exception>
    /// <param name="name">The index.</param>
    /// <param name="items">The items.</param>
    /// <param name="ownedGeneration">
    /// For the owner: the generation of the index that it fills; <c>index_not_found</c> where the index of this name has another one. Null for a client.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<AddResult> AddAsync(IndexName name, IReadOnlyList<VectorItem> items, Guid? ownedGeneration, CancellationToken cancellationToken);

    /// <summary>Deletes items. Durable when this returns. Parameters and errors as of <see cref="AddAsync"/>.</summary>
    Task<RemoveResult> RemoveAsync(IndexName name, IReadOnlyList<string> ids, Guid? ownedGeneration, CancellationToken cancellationToken);

    /// <summary>Replaces the record of the module that fills an index; null removes it. Durable when this returns.</summary>
    /// <param name="name">The index.</param>
    /// <param name="owner">The record.</param>
    /// <param name="generation">The index's generation; <c>index_not_found</c> where the index of this name has another one.</param>
    /// <param name="cancellationToken">Cancels the call; nothing has changed then.</param>
    Task SetOwnerAsync(IndexName name, IOwnerRecord? owner, Guid generation, CancellationToken cancellationToken);

    /// <summary>Runs searches and returns their answers in the same order.</summary>
    /// <exception cref="LakehouseException">
    /// <c>invalid_query</c>, <c>invalid_filter</c> (<see cref="ErrorKind.InvalidInput"/>); <c>item_not_found</c> (<see cref="ErrorKind.NotFound"/>): there is
    /// no item with the id to search by; <c>too_many_searches</c> (<see cref="ErrorKind.Busy"/>); <c>answer_too_large</c>
    /// (<see cref="ErrorKind.InvalidInput"/>).
    /// </exception>
    Task<IReadOnlyList<VectorAnswer>> SearchAsync(IndexName name, IReadOnlyList<VectorQuery> queries, CancellationToken cancellationToken);

    /// <summary>Runs a search by vector, keywords or both.</summary>
    /// <exception cref="LakehouseException">As <see cref="SearchAsync"/>.</exception>
    Task<HybridAnswer> SearchHybridAsync(IndexName name, HybridQuery query, CancellationToken cancellationToken);

    /// <summary>For each id, the part of the item's text that matches a query best; null where there is no item or it has no text.</summary>
    ValueTask<IReadOnlyList<TextSnippet?>> GetSnippetsAsync(
        IndexName name, IReadOnlyList<string> ids, string query, int lengthMax, CancellationToken cancellationToken);

    /// <summary>The items with these ids, in the order of the ids; null where there is none.</summary>
    /// <exception cref="LakehouseException"><c>answer_too_large</c> (<see cref="ErrorKind.InvalidInput"/>).</exception>
    ValueTask<IReadOnlyList<StoredItem?>> GetAsync(IndexName name, IReadOnlyList<string> ids, ItemParts include, CancellationToken cancellationToken);

    /// <summary>Items in the order of the bytes of their ids.</summary>
    /// <param name="name">The index.</param>
    /// <param name="startAfter">Only ids that sort after this one; empty from the start.</param>
    /// <param name="countMax">The most items to return, 1 or more.</param>
    /// <param name="include">What the items carry.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException"><c>answer_too_large</c> (<see cref="ErrorKind.InvalidInput"/>).</exception>
    ValueTask<StoredItemPage> ListItemsAsync(IndexName name, string startAfter, int countMax, ItemParts include, CancellationToken cancellationToken);

    /// <summary>Waits until searches see a change of an index, which may have been made by another process.</summary>
    /// <param name="name">The index.</param>
    /// <param name="sequence">The number of the change.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException"><c>index_behind</c> (<see cref="ErrorKind.Busy"/>): it has not come within the bound.</exception>
    Task WaitForAsync(IndexName name, long sequence, CancellationToken cancellationToken);

    /// <summary>Points an alias at an index, atomically: a search by the alias runs on the old or the new index.</summary>
    /// <exception cref="LakehouseException"><c>index_exists</c> (<see cref="ErrorKind.Conflict"/>): an index has that name.</exception>
    Task SetAliasAsync(IndexName alias, IndexName target, CancellationToken cancellationToken);

    /// <summary>Deletes an alias, not its index.</summary>
    /// <exception cref="LakehouseException"><c>alias_not_found</c> (<see cref="ErrorKind.NotFound"/>).</exception>
    Task DeleteAliasAsync(IndexName alias, CancellationToken cancellationToken);

    /// <summary>Every alias with its index, by name.</summary>
    IReadOnlyList<KeyValuePair<IndexName, IndexName>> ListAliases();
}
