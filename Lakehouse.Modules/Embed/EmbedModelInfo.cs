namespace Lakehouse.Embed;

/// <summary>An embedding model.</summary>
/// <param name="Name">Its name in requests.</param>
/// <param name="Provider"><c>hashing</c>, <c>ollama</c> or <c>openai</c>.</param>
/// <param name="UpstreamModel">Its name at the provider.</param>
/// <param name="Dimension">The length of its vectors; 0 while it is not known.</param>
/// <param name="Digest">The provider's identifier of this build of the model; null where it has none.</param>
/// <param name="QueryPrefix">Put before texts to search with.</param>
/// <param name="DocumentPrefix">Put before texts to be found.</param>
public sealed record EmbedModelInfo(
    string Name, string Provider, string UpstreamModel, int Dimension, string? Digest, string QueryPrefix, string DocumentPrefix);
