namespace Lakehouse.Hnsw.Memory;

/// <summary>The system has no more memory to give.</summary>
/// <param name="message">How much was asked for.</param>
public sealed class OffHeapException(string message) : Exception(message);
