namespace Lakehouse.Vector;

/// <summary>Which columns of a dataset become items.</summary>
/// <param name="Dataset">Its name.</param>
/// <param name="IdColumn">Becomes the id, as text.</param>
/// <param name="VectorColumn">A list of numbers, or a text that holds one, as <c>[0.5, 1]</c>.</param>
/// <param name="MetadataColumns">Become members of the metadata; null: metadata that is stored stays.</param>
public sealed record VectorImport(string Dataset, string IdColumn, string VectorColumn, IReadOnlyList<string>? MetadataColumns);
