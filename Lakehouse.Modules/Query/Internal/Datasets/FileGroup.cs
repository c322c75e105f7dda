using Lakehouse.Catalog;

namespace Lakehouse.Query.Internal.Datasets;

/// <summary>Data files of the same columns.</summary>
/// <param name="Paths">The files on this machine, in the order of their rows.</param>
/// <param name="Columns">Their columns where these are not the dataset's; null otherwise.</param>
internal sealed record FileGroup(IReadOnlyList<string> Paths, IReadOnlyList<DatasetColumn>? Columns);
