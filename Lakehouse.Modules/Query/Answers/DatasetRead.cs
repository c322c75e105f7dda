namespace Lakehouse.Query;

/// <summary>A dataset that a query has read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">The version.</param>
public readonly record struct DatasetRead(string Name, long Version);
