namespace Lakehouse.Hnsw.Memory;

/// <summary>The system refused an allocation of memory.</summary>
/// <param name="message">How much was asked for.</param>
public sealed class OffHeapException(string message) : Exception(message);
