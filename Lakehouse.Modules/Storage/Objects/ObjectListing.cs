using System.Runtime.CompilerServices;

namespace Lakehouse.Storage;

/// <summary>Lists all objects below a prefix.</summary>
public static class ObjectListing
{
    /// <summary>The most objects in a page.</summary>
    public const int PageSize = 1_000;

    /// <summary>Lists page by page, each with a call that goes on after the last key of the one before.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<ObjectInfo>> ListPagesAsync(
        IObjectStore store, string prefix, string startAfter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectPage page;
        do
        {
            page = await store.ListAsync(prefix, startAfter, PageSize, cancellationToken);
            if (page.Objects.Count > 0)
            {
                startAfter = page.Objects[^1].Key.Value;
                yield return page.Objects;
            }
        }
        while (page.IsTruncated);
    }

    /// <summary>All objects below a prefix in one list. For prefixes with few objects.</summary>
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
