using Lakehouse.Core.Names;

namespace Lakehouse.Storage;

/// <summary>What is known of an object without reading it.</summary>
/// <param name="Key">Its name.</param>
/// <param name="SizeBytes">Its length.</param>
/// <param name="LastModified">When it was written, UTC.</param>
/// <param name="ETag">Names this content of this key: another write of the key gives another ETag. Without quotes.</param>
public sealed record ObjectInfo(ObjectKey Key, long SizeBytes, DateTimeOffset LastModified, string ETag);
