namespace Lakehouse.Search;

/// <summary>The dataset whose rows the items of an index are.</summary>
/// <param name="Dataset">Its name.</param>
/// <param name="Version">The version that the index reflects whole; 0 before the first import has ended.</param>
/// <param name="UpdatingTo">The version that is being brought in, so that items of both are there; null at rest.</param>
/// <param name="IdColumn">The column of the ids.</param>
/// <param name="TextColumn">The column of the texts; null where there is none.</param>
/// <param name="VectorColumn">The column of the vectors; null where they are made of the texts.</param>
/// <param name="MetadataColumns">The columns of the metadata; null for none.</param>
/// <param name="Owns">True: the items are the rows of the dataset, no more and no fewer, and clients cannot add or delete any.</param>
/// <param name="Follow">True: new versions of the dataset are brought in as they come.</param>
public sealed record DatasetOrigin(
    string Dataset, long Version, long? UpdatingTo, string IdColumn, string? TextColumn, string? VectorColumn, IReadOnlyList<string>? MetadataColumns,
    bool Owns, bool Follow);
