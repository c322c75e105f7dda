namespace Lakehouse.Storage;

/// <summary>
/// An open object. The stream gives the bytes of one write of the key, even when the key is written or deleted while it is read; where that is not possible,
/// reading throws <c>object_changed</c>.
/// </summary>
/// <param name="Info">The object's properties.</param>
/// <param name="Stream">The object's bytes, seekable. The caller disposes of it.</param>
public sealed record ObjectContent(ObjectInfo Info, Stream Stream);
