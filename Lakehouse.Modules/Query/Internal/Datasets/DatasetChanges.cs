namespace Lakehouse.Query.Internal.Datasets;

/// <summary>The answer to <see cref="DatasetNeeds"/>.</summary>
/// <param name="Named">One for each name, in their order; null where there is no such dataset.</param>
/// <param name="Gone">Datasets that must no longer be listed.</param>
/// <param name="Listed">Datasets to list that the engine does not know, or knows with another name or schema.</param>
internal sealed record DatasetChanges(IReadOnlyList<DatasetFiles?> Named, IReadOnlyList<string> Gone, IReadOnlyList<DatasetFiles> Listed);
