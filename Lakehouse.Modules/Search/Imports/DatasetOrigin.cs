namespace Lakehouse.Search;

/// <summary>The dataset that the items of an index were imported from.</summary>
/// <param name="Dataset">Its name.</param>
/// <param name="Version">The version that the index holds completely; 0 before the first import is complete.</param>
/// <param name="UpdatingTo">The version that is being imported, while the index has items of both versions; null when no import is under way.</param>
/// <param name="IdColumn">The column of the ids.</param>
/// <param name="TextColumn">The column of the texts; null where there is none.</param>
/// <param name="VectorColumn">The column of the vectors; null where the texts are embedded.</param>
/// <param name="MetadataColumns">The columns of the metadata; null for none.</param>
/// <param name="Owns">True when the items are exactly the rows of the dataset; clients cannot add or delete any then.</param>
/// <param name="Follow">True when new versions of the dataset are imported automatically.</param>
public sealed record DatasetOrigin(
    string Dataset, long Version, long? UpdatingTo, string IdColumn, string? TextColumn, string? VectorColumn, IReadOnlyList<string>? MetadataColumns,
    bool Owns, bool Follow);
