namespace Lakehouse.Query.Internal.Engine;

/// <summary>What an engine needs from the catalog for a statement.</summary>
/// <param name="Named">The names of the datasets that it reads, in any letter case, each with what the engine knows of it; null for nothing.</param>
/// <param name="Listed">For a statement that lists the catalog: all datasets that the engine knows. Otherwise null.</param>
internal sealed record DatasetNeeds(IReadOnlyList<(string Name, KnownDataset? Known)> Named, IReadOnlyList<KnownDataset>? Listed);
