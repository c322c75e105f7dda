namespace Lakehouse.Storage;

/// <summary>What is known of the bytes of an object that never changes.</summary>
/// <param name="SizeBytes">How many they are.</param>
/// <param name="Sha256">Their SHA-256 in lower-case hexadecimal digits; null where nobody said.</param>
public sealed record ContentHash(long SizeBytes, string? Sha256);
