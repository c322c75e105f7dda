namespace Lakehouse.Storage;

/// <summary>The size and, if known, the hash of an immutable object.</summary>
/// <param name="SizeBytes">The size of the object.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal digits; null when it is not known.</param>
public sealed record ContentHash(long SizeBytes, string? Sha256);
