namespace Lakehouse.Embed;

/// <summary>Texts to embed.</summary>
/// <param name="Texts">1 to <see cref="EmbedOptions.MaxTexts"/> texts, none empty.</param>
/// <param name="Model">The model's name; null for the default.</param>
/// <param name="Input">What the texts are for; selects the model's prefix.</param>
/// <param name="Truncate">True to cut off the end of a text that is too long for the model; false to refuse it.</param>
public sealed record EmbedRequest(IReadOnlyList<string> Texts, string? Model = null, EmbedInput Input = EmbedInput.Plain, bool Truncate = false);
