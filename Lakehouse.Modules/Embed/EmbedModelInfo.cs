namespace Lakehouse.Embed;

/// <summary>A model.</summary>
/// <param name="Name">Its name here.</param>
/// <param name="Provider"><c>hashing</c>, <c>ollama</c> or <c>openai</c>.</param>
/// <param name="UpstreamModel">Its name at the provider.</param>
/// <param name="Dimension">The length of its vectors; 0 while it is not known.</param>
/// <param name="Digest">What the provider calls this build of the model; null where it does not say.</param>
/// <param name="QueryPrefix">Put before texts to search with.</param>
/// <param name="DocumentPrefix">Put before texts to be found.</param>
public sealed record EmbedModelInfo(
    string Name, string Provider, string UpstreamModel, int Dimension, string? Digest, string QueryPrefix, string DocumentPrefix);
