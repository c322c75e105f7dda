namespace Lakehouse.Embed.Internal.Providers;

/// <summary>A model in use.</summary>
/// <param name="id">Its number in the keys of the cache, valid in this process.</param>
/// <param name="settings">Its settings.</param>
/// <param name="provider">Its provider.</param>
internal sealed class Model(int id, EmbedModelOptions settings, IProvider provider)
{
    private int _dimension = settings.Dimension;

    public int Id => id;

    public EmbedModelOptions Settings => settings;

    public IProvider Provider => provider;

    /// <summary>The length of its vectors; 0 until the first vector where it is not configured.</summary>
    public int Dimension => Volatile.Read(ref _dimension);

    /// <summary>The provider's identifier of this build, and when it was requested.</summary>
    public (string? Digest, long At)? Digest { get; set; }

    /// <summary>Identifies what makes its vectors, so that saved vectors of another model of the same name are not mistaken for its own.</summary>
    public string Fingerprint =>
        string.Join('|', settings.Provider, settings.Url?.AbsoluteUri, settings.UpstreamModel, settings.Dimension, Hashing.HashingModel.Version);

    /// <summary>Checks the length of a vector against the configured dimension or, without one, that of the first vector.</summary>
    public void RequireDimension(int dimension)
    {
        var expected = Interlocked.CompareExchange(ref _dimension, dimension, 0);
        if (expected != 0 && expected != dimension)
        {
            throw EmbedErrors.Dimension(settings.Name, dimension, expected);
        }
    }
}
