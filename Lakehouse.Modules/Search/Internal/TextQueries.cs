using Lakehouse.Core.Errors;
using Lakehouse.Embed;
using Lakehouse.Vector;

namespace Lakehouse.Search.Internal;

/// <summary>Embeds the texts of searches, only by the model that made the vectors of the index.</summary>
internal sealed class TextQueries(IEmbedder embedder, EmbedOptions options)
{
    /// <summary>The code of the embedder's error for a text that is too long.</summary>
    public const string TooLongCode = "text_too_long";

    /// <summary>Returns one vector for each text.</summary>
    /// <param name="index">The index.</param>
    /// <param name="model">The model in the request; null for the index's model, or the default model where the index has none.</param>
    /// <param name="texts">The texts, any number.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException">
    /// <c>model_differs</c>, <c>model_changed</c>, <c>dimension_differs</c> (<see cref="ErrorKind.Conflict"/>), and the errors of the embedder.
    /// </exception>
    public async Task<(string Model, IReadOnlyList<ReadOnlyMemory<float>> Vectors)> EmbedAsync(
        VectorIndexInfo index, string? model, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        if (index.Origin?.Embedding is { } origin)
        {
            if (model is not null && model != origin.Model)
            {
                throw SearchErrors.Conflict(
                    "model_differs", $"The vectors of the index '{index.Spec.Name}' were made by the model '{origin.Model}'; vectors of '{model}' "
                    + "cannot be compared with them. Leave \"model\" out.");
            }

            await RequireSameAsync(index, origin, cancellationToken);
            model = origin.Model;
        }

        var vectors = new List<ReadOnlyMemory<float>>(texts.Count);
        var name = model;
        foreach (var part in texts.Chunk(options.MaxTexts))
        {
            try
            {
                var answer = await embedder.EmbedAsync(new EmbedRequest(part, model, EmbedInput.Query), cancellationToken);
                vectors.AddRange(answer.Vectors);
                name = answer.Model;
            }
            catch (LakehouseException error) when (error.Code == TooLongCode)
            {
                throw SearchErrors.TextTooLong(options, model, "Search for a shorter text, such as its first sentences.", error);
            }
        }

        return vectors.Count == 0 || vectors[0].Length == index.Spec.Dimension
            ? (name ?? string.Empty, vectors)
            : throw SearchErrors.Conflict(
                "dimension_differs", $"The index '{index.Spec.Name}' has {index.Spec.Dimension} dimensions, and the model '{name}' gives "
                + $"{vectors[0].Length}. Name the model that made its vectors.");
    }

    /// <summary>The current description of a model, in the form that is stored with an index.</summary>
    public static EmbeddingOrigin OriginOf(EmbedModelInfo model) =>
        new(model.Provider, model.Name, model.UpstreamModel, model.Digest, model.DocumentPrefix, model.Dimension);

    /// <summary>Why vectors of two origins cannot be compared; null when they can.</summary>
    public static string? FindDifference(EmbeddingOrigin then, EmbeddingOrigin now) =>
        then.Provider != now.Provider ? $"it came from {then.Provider} and now comes from {now.Provider}"
        : then.UpstreamModel != now.UpstreamModel ? $"it stood for '{then.UpstreamModel}' and now stands for '{now.UpstreamModel}'"
        : then.Dimension != now.Dimension ? $"it gave {then.Dimension} dimensions and now gives {now.Dimension}"
        : then.DocumentPrefix != now.DocumentPrefix ? $"its texts had the prefix '{then.DocumentPrefix}' and now have '{now.DocumentPrefix}'"
        : then.Digest is not null && now.Digest is not null
            && then.Digest != now.Digest ? $"its provider has another build of it ({now.Digest} in place of {then.Digest})"
        : null;

    private async Task RequireSameAsync(VectorIndexInfo index, EmbeddingOrigin origin, CancellationToken cancellationToken)
    {
        EmbedModelInfo now;
        try
        {
            now = await embedder.DescribeAsync(origin.Model, cancellationToken);
        }
        catch (LakehouseException error) when (error.IsTransient)
        {
            // The server cannot be reached. Cached vectors can still be used; a text that is not cached fails when it is embedded.
            return;
        }

        if (FindDifference(origin, OriginOf(now)) is { } difference)
        {
            throw SearchErrors.Conflict(
                "model_changed", $"The model '{origin.Model}' has changed since it made the vectors of the index '{index.Spec.Name}': {difference}. Import "
                + "into a new index, and point an alias at it.");
        }
    }
}
