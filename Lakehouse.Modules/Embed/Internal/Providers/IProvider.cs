namespace Lakehouse.Embed.Internal.Providers;

/// <summary>Asks a model for vectors. Thread-safe.</summary>
internal interface IProvider
{
    /// <summary>One vector for each text, in their order, as the model gives it: not normalised, and of a length that is not checked.</summary>
    /// <exception cref="TextTooLongException">One of the texts is beyond the model's length, and may not be cut.</exception>
    Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, bool truncate, CancellationToken cancellationToken);

    /// <summary>What the provider calls this build of the model; null where it does not say.</summary>
    Task<string?> DigestAsync(CancellationToken cancellationToken);
}
