namespace Lakehouse.Embed;

/// <summary>Stores the cache across restarts. Implemented by the host, because this module has no storage.</summary>
public interface IEmbedCacheStore
{
    /// <summary>Opens what was saved last; null where nothing was saved.</summary>
    Task<Stream?> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Replaces what was saved, atomically.</summary>
    Task SaveAsync(Stream content, CancellationToken cancellationToken);
}
