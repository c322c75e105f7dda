using System.Runtime.CompilerServices;

namespace Lakehouse.Storage;

/// <summary>Lists all objects below a prefix, page by page.</summary>
public static class ObjectListing
{
    private const int DefaultPageSize = 1_000;

    /// <summary>
    /// All objects below a prefix, in the order of <see cref="IObjectStore.ListAsync"/>. Objects that are added or deleted meanwhile may or may not be
    /// included.
    /// </summary>
    /// <param name="store">The bucket.</param>
    /// <param name="prefix">Any text, not only whole segments; empty for all.</param>
    /// <param name="startAfter">Only keys that sort after this one; empty from the start.</param>
    /// <param name="pageSize">The most objects in a page; a store may have a lower bound.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async IAsyncEnumerable<IReadOnlyList<ObjectInfo>> ListPagesAsync(
        this IObjectStore store,
        string prefix,
        string startAfter = "",
        int pageSize = DefaultPageSize,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectPage page;
        do
        {
            page = await store.ListAsync(prefix, startAfter, pageSize, cancellationToken);
            if (page.Objects.Count > 0)
            {
                startAfter = page.Objects[^1].Key.Value;
                yield return page.Objects;
            }
        }
        while (page.IsTruncated);
    }

    /// <summary>As <see cref="ListPagesAsync"/>, but in one list. For prefixes with few objects.</summary>
    public static async Task<IReadOnlyList<ObjectInfo>> ListAllAsync(this IObjectStore store, string prefix, CancellationToken cancellationToken)
    {
        var all = new List<ObjectInfo>();
        await foreach (var page in store.ListPagesAsync(prefix, cancellationToken: cancellationToken))
        {
            all.AddRange(page);
        }

        return all;
    }
}
