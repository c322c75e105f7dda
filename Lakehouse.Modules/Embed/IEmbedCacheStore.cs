namespace Lakehouse.Embed;

/// <summary>Where the cache is kept across restarts. Implemented by whoever has a place for it; this module has none.</summary>
public interface IEmbedCacheStore
{
    /// <summary>What was saved last, or null.</summary>
    Task<Stream?> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Replaces what was saved, whole or not at all.</summary>
    Task SaveAsync(Stream content, CancellationToken cancellationToken);
}
