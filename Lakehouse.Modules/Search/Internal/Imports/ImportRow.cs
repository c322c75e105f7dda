namespace Lakehouse.Search.Internal.Imports;

/// <summary>A row of a dataset that is being imported.</summary>
/// <param name="Id">The id; null where the row has none.</param>
/// <param name="Text">The text; null where there is none.</param>
/// <param name="Vector">The vector; null where there is none.</param>
/// <param name="Metadata">The metadata, a JSON object in UTF-8; empty where the import has none.</param>
internal sealed record ImportRow(string? Id, string? Text, float[]? Vector, ReadOnlyMemory<byte> Metadata);
