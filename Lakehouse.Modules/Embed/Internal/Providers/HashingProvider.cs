using Lakehouse.Embed.Internal.Hashing;

namespace Lakehouse.Embed.Internal.Providers;

/// <summary>The provider of the built-in model, which needs no server.</summary>
internal sealed class HashingProvider(EmbedModelOptions model) : IProvider
{
    private const int ParallelMin = 16;

    public Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, bool truncate, CancellationToken cancellationToken)
    {
        var vectors = new float[texts.Count][];
        if (texts.Count < ParallelMin)
        {
            for (var i = 0; i < vectors.Length; i++)
            {
                vectors[i] = HashingModel.Embed(texts[i], model.Dimension);
            }
        }
        else
        {
            Parallel.For(
                0,
                vectors.Length,
                new ParallelOptions { CancellationToken = cancellationToken },
                i => vectors[i] = HashingModel.Embed(texts[i], model.Dimension));
        }

        return Task.FromResult<IReadOnlyList<float[]>>(vectors);
    }

    public Task<string?> DigestAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(HashingModel.Version);
}
