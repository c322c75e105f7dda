namespace Lakehouse.Search;

/// <summary>What made the vectors of an index.</summary>
/// <param name="Provider">The kind of the embedding server.</param>
/// <param name="Model">The model's name in this program.</param>
/// <param name="UpstreamModel">Its name at the provider.</param>
/// <param name="Digest">What the provider called that build of it; null where it did not say.</param>
/// <param name="DocumentPrefix">What stood before each text.</param>
/// <param name="Dimension">The length of its vectors.</param>
public sealed record EmbeddingOrigin(string Provider, string Model, string UpstreamModel, string? Digest, string DocumentPrefix, int Dimension);
