namespace Lakehouse.Query.Internal.Engine;

/// <summary>What an engine asks of the catalog for a statement.</summary>
/// <param name="Named">The names of datasets that it reads, in any case, each with what the engine knows of it, or null.</param>
/// <param name="Listed">For a statement that lists the catalog: all datasets that the engine knows. Else null.</param>
internal sealed record DatasetNeeds(IReadOnlyList<(string Name, KnownDataset? Known)> Named, IReadOnlyList<KnownDataset>? Listed);
