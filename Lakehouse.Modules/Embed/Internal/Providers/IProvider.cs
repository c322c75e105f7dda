namespace Lakehouse.Embed.Internal.Providers;

/// <summary>Asks a model for vectors. Thread-safe.</summary>
internal interface IProvider
{
    /// <summary>Returns one vector for each text, in their order, as the model returns it: not normalised, and with its length not checked.</summary>
    /// <exception cref="TextTooLongException">One of the texts is too long for the model and may not be cut off.</exception>
    Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, bool truncate, CancellationToken cancellationToken);

    /// <summary>Returns the provider's identifier of this build of the model; null where it has none.</summary>
    Task<string?> DigestAsync(CancellationToken cancellationToken);
}
