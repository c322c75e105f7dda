using Lakehouse.Core.Names;
using Lakehouse.Embed;
using Lakehouse.Storage;

namespace Lakehouse.Host.Server;

/// <summary>
/// Keeps the cache of embeddings as one object in the bucket. Processes that share the bucket replace each other's object, which is harmless for a cache.
/// </summary>
internal sealed class EmbedCacheObject(IObjectStore store) : IEmbedCacheStore
{
    private const long SizeBytesMax = 1L << 40;

    private static readonly ObjectKey Key = ObjectKey.Parse("_embed/cache");

    public async Task<Stream?> OpenAsync(CancellationToken cancellationToken) => (await store.OpenAsync(Key, cancellationToken))?.Stream;

    public Task SaveAsync(Stream content, CancellationToken cancellationToken) => store.PutAsync(Key, content, SizeBytesMax, cancellationToken);
}
