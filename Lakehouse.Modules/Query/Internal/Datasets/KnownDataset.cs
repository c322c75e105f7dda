namespace Lakehouse.Query.Internal.Datasets;

/// <summary>A dataset that an engine has a view of.</summary>
/// <param name="Name">Its name as it was registered.</param>
/// <param name="Version">The version of the view; 0 where the view has columns and no rows, for listings.</param>
/// <param name="Fingerprint">The identity of its schema.</param>
internal sealed record KnownDataset(string Name, long Version, string Fingerprint);
