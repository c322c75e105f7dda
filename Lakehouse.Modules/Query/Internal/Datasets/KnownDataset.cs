namespace Lakehouse.Query.Internal.Datasets;

/// <summary>A dataset that an engine has a view of.</summary>
/// <param name="Name">Its name as it was registered.</param>
/// <param name="Version">The version of the view.</param>
internal sealed record KnownDataset(string Name, long Version);
