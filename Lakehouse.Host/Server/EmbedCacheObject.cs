using Lakehouse.Core.Names;
using Lakehouse.Embed;
using Lakehouse.Storage;

namespace Lakehouse.Host.Server;

/// <summary>Keeps the cache of embeddings as an object of the bucket. Processes that share a bucket replace each other's: it is a cache.</summary>
internal sealed class EmbedCacheObject(IObjectStore store) : IEmbedCacheStore
{
    private const long SizeBytesMax = 1L << 40;

    private static readonly ObjectKey Key = ObjectKey.Parse("_embed/cache");

    public async Task<Stream?> OpenAsync(CancellationToken cancellationToken) => (await store.OpenAsync(Key, cancellationToken))?.Stream;

    public Task SaveAsync(Stream content, CancellationToken cancellationToken) => store.PutAsync(Key, content, SizeBytesMax, cancellationToken);
}
