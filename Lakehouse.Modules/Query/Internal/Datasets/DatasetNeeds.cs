namespace Lakehouse.Query.Internal.Datasets;

/// <summary>What an engine needs from the catalog for a statement.</summary>
/// <param name="Named">
/// The tables that it reads (<see cref="TableReference"/>), each with what the engine knows of the dataset; null for nothing.
/// </param>
internal sealed record DatasetNeeds(IReadOnlyList<(string Name, bool IsQualified, KnownDataset? Known)> Named);
