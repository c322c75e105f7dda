using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>An object that a collection removes.</summary>
/// <param name="Key">The object.</param>
/// <param name="SizeBytes">Its length.</param>
/// <param name="LastModified">When it was written, UTC.</param>
/// <param name="Reason">
/// <c>expired</c>: the manifest of an old version; <c>dropped</c>: a manifest of a dropped dataset; <c>unnamed</c>: a data file that no kept version names.
/// </param>
public sealed record CollectedObject(ObjectKey Key, long SizeBytes, DateTimeOffset LastModified, string Reason);
