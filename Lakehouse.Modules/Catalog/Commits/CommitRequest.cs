namespace Lakehouse.Catalog;

/// <summary>The request that a commit answers, so that the same request again does not commit again.</summary>
/// <param name="Key">What its sender calls it, 1 to 255 visible ASCII characters.</param>
/// <param name="Digest">The SHA-256 of what was sent, lower-case hex: the same key with other content is refused.</param>
public sealed record CommitRequest(string Key, string Digest);
