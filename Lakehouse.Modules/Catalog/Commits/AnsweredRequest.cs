namespace Lakehouse.Catalog;

/// <summary>A request that a version of a dataset has answered.</summary>
/// <param name="Key">What its sender called it.</param>
/// <param name="Digest">The SHA-256 of what was sent.</param>
/// <param name="Version">The version.</param>
public sealed record AnsweredRequest(string Key, string Digest, long Version);
