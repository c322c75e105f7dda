using Lakehouse.Core.Names;

namespace Lakehouse.Catalog.Internal;

/// <summary>The manifest of a version, as a listing has it.</summary>
internal sealed record VersionFile(ObjectKey Key, long Version, long SizeBytes, DateTimeOffset WrittenAt);
