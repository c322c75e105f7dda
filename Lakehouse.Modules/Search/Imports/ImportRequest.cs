namespace Lakehouse.Search;

/// <summary>An import: the columns of a dataset that items are made of.</summary>
/// <param name="Dataset">Its name.</param>
/// <param name="IdColumn">The column of the ids, which are cast to text.</param>
/// <param name="TextColumn">The column of the texts, which are embedded unless there is a column of vectors; null for none.</param>
/// <param name="VectorColumn">A column of lists of numbers, or of texts such as <c>[0.5, 1]</c>; null to embed the texts.</param>
/// <param name="MetadataColumns">The columns that become members of the metadata; null for none.</param>
/// <param name="Model">The embedding model; null for the default.</param>
/// <param name="Follow">True to import new versions of the dataset automatically.</param>
public sealed record ImportRequest(
    string Dataset, string IdColumn, string? TextColumn, string? VectorColumn, IReadOnlyList<string>? MetadataColumns, string? Model, bool Follow);
