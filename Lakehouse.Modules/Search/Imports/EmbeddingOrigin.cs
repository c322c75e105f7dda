namespace Lakehouse.Search;

/// <summary>The model that made the vectors of an index.</summary>
/// <param name="Provider">The kind of the embedding server.</param>
/// <param name="Model">The model's name in this program.</param>
/// <param name="UpstreamModel">Its name at the provider.</param>
/// <param name="Digest">The provider's identifier of that build of the model; null where it has none.</param>
/// <param name="DocumentPrefix">The prefix that was put before each text.</param>
/// <param name="Dimension">The length of its vectors.</param>
public sealed record EmbeddingOrigin(string Provider, string Model, string UpstreamModel, string? Digest, string DocumentPrefix, int Dimension);
