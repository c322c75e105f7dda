namespace Lakehouse.Search;

/// <summary>Which columns of a dataset become items.</summary>
/// <param name="Dataset">Its name.</param>
/// <param name="IdColumn">Becomes the id, as text.</param>
/// <param name="TextColumn">Becomes the text, which is embedded unless there is a column of vectors; null for none.</param>
/// <param name="VectorColumn">A list of numbers, or a text that holds one, as <c>[0.5, 1]</c>; null: the texts are embedded.</param>
/// <param name="MetadataColumns">Become members of the metadata; null: none.</param>
/// <param name="Model">The embedding model; null for the default.</param>
/// <param name="Follow">True: new versions of the dataset are brought in as they come.</param>
public sealed record ImportRequest(
    string Dataset, string IdColumn, string? TextColumn, string? VectorColumn, IReadOnlyList<string>? MetadataColumns, string? Model, bool Follow);
