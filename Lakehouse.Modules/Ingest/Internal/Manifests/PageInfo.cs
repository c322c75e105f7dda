namespace Lakehouse.Ingest.Internal.Manifests;

/// <summary>Where the page of a column is.</summary>
/// <param name="Offset">Its first byte in the file.</param>
/// <param name="UnpackedSize">Its size in bytes, its header included, once it is unpacked.</param>
/// <param name="Size">The same as it is in the file.</param>
/// <param name="ValueCount">How many levels it has: values, NULLs and empty lists.</param>
/// <param name="IsPacked">Whether it is packed with gzip.</param>
internal sealed record PageInfo(long Offset, long UnpackedSize, long Size, long ValueCount, bool IsPacked);
