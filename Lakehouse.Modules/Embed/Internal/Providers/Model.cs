namespace Lakehouse.Embed.Internal.Providers;

/// <summary>A model in use.</summary>
/// <param name="id">Its number in keys of the cache, in this process.</param>
/// <param name="settings">Its settings.</param>
/// <param name="provider">Who is asked.</param>
internal sealed class Model(int id, EmbedModelOptions settings, IProvider provider)
{
    private int _dimension = settings.Dimension;

    public int Id => id;

    public EmbedModelOptions Settings => settings;

    public IProvider Provider => provider;

    /// <summary>The length of its vectors; 0 until the first one where it is not configured.</summary>
    public int Dimension => Volatile.Read(ref _dimension);

    /// <summary>What the provider called this build, and when it said so.</summary>
    public (string? Digest, long At)? Digest { get; set; }

    /// <summary>Names what makes its vectors, so that saved ones of another model of the same name are not taken for its own.</summary>
    public string Fingerprint =>
        string.Join('|', settings.Provider, settings.Url?.AbsoluteUri, settings.UpstreamModel, settings.Dimension, Hashing.HashingModel.Version);

    /// <summary>Checks the length of a vector; the first one of a model decides.</summary>
    public void RequireDimension(int dimension)
    {
        var expected = Interlocked.CompareExchange(ref _dimension, dimension, 0);
        if (expected != 0 && expected != dimension)
        {
            throw EmbedErrors.Dimension(settings.Name, dimension, expected);
        }
    }
}
