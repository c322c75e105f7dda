using Lakehouse.Core.Names;

namespace Lakehouse.Catalog.Internal;

/// <summary>The manifest object of a version, as listed in the bucket.</summary>
internal sealed record VersionFile(ObjectKey Key, long Version, long SizeBytes, DateTimeOffset WrittenAt);
