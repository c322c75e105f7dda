namespace Lakehouse.Storage;

/// <summary>An open object: one content of its key from the first byte to the last, whatever is written or deleted meanwhile.</summary>
/// <param name="Info">What it is.</param>
/// <param name="Stream">Its bytes, seekable. The caller disposes of it.</param>
public sealed record ObjectContent(ObjectInfo Info, Stream Stream);
