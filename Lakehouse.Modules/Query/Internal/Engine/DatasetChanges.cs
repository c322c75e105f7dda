namespace Lakehouse.Query.Internal.Engine;

/// <summary>The answer to <see cref="DatasetNeeds"/>.</summary>
/// <param name="Named">One for each name, in their order; null where there is no such dataset.</param>
/// <param name="Gone">Datasets to list no more.</param>
/// <param name="Listed">Datasets to list that the engine does not know, or knows otherwise.</param>
internal sealed record DatasetChanges(IReadOnlyList<DatasetFiles?> Named, IReadOnlyList<string> Gone, IReadOnlyList<DatasetFiles> Listed);
