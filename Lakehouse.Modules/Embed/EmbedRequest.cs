namespace Lakehouse.Embed;

/// <summary>Texts to embed.</summary>
/// <param name="Texts">1 to <see cref="EmbedOptions.MaxTexts"/> texts, none empty.</param>
/// <param name="Model">The model's name; null for the default.</param>
/// <param name="Input">What the texts are for: it picks the model's prefix.</param>
/// <param name="Truncate">True: what is beyond the model's length is cut off. False: such a text is refused.</param>
public sealed record EmbedRequest(IReadOnlyList<string> Texts, string? Model = null, EmbedInput Input = EmbedInput.Plain, bool Truncate = false);
