using Lakehouse.Vector;

namespace Lakehouse.Tests.Fixtures;

/// <summary>Calls of <see cref="IVectorIndexes"/> that do not wait where the index is open, for tests that look at many values.</summary>
public static class OpenIndexes
{
    public static VectorIndexInfo Show(this IVectorIndexes indexes, IndexName name) =>
        indexes.ShowAsync(name, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public static IReadOnlyList<StoredItem?> Get(this IVectorIndexes indexes, IndexName name, IReadOnlyList<string> ids, ItemParts include) =>
        indexes.GetAsync(name, ids, include, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public static StoredItemPage ListItems(this IVectorIndexes indexes, IndexName name, string startAfter, int countMax, ItemParts include) =>
        indexes.ListItemsAsync(name, startAfter, countMax, include, CancellationToken.None).AsTask().GetAwaiter().GetResult();
}
