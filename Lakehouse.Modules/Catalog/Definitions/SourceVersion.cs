namespace Lakehouse.Catalog;

/// <summary>A version of a dataset or view that a definition has read.</summary>
/// <param name="Name">The dataset or view.</param>
/// <param name="Version">Its version.</param>
public sealed record SourceVersion(string Name, long Version);
