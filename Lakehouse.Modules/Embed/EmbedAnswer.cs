namespace Lakehouse.Embed;

/// <summary>Vectors of texts.</summary>
/// <param name="Model">The model that made them.</param>
/// <param name="Dimension">Their length.</param>
/// <param name="Vectors">One for each text, of length 1 (L2). Shared with the cache: must not be changed.</param>
/// <param name="AskedCount">How many texts this call sent to the model; the others were in the cache or pending.</param>
public sealed record EmbedAnswer(string Model, int Dimension, IReadOnlyList<ReadOnlyMemory<float>> Vectors, int AskedCount);
