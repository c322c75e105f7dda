using Lakehouse.Core.Names;

namespace Lakehouse.Storage;

/// <summary>The properties of an object, without its content.</summary>
/// <param name="Key">Its name.</param>
/// <param name="SizeBytes">Its length.</param>
/// <param name="LastModified">When it was written, UTC.</param>
/// <param name="ETag">
/// Identifies the content of the key, without quotes: different content has a different ETag. In a folder, every write has a different ETag.
/// </param>
public sealed record ObjectInfo(ObjectKey Key, long SizeBytes, DateTimeOffset LastModified, string ETag);
