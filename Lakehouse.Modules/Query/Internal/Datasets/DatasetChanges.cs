namespace Lakehouse.Query.Internal.Datasets;

/// <summary>The answer to <see cref="DatasetNeeds"/>.</summary>
/// <param name="Named">One for each name, in their order; null where there is no such dataset.</param>
internal sealed record DatasetChanges(IReadOnlyList<DatasetFiles?> Named);
