namespace Lakehouse.Ingest.Internal.Manifests;

/// <summary>A column of values of a Parquet file.</summary>
/// <param name="Path">The names from the outermost on.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="DefinitionMax">The definition level of a value that is there; of NULL, it is one less; of an empty list, still less.</param>
/// <param name="RepetitionMax">The count of lists around it.</param>
internal sealed record ParquetLeaf(IReadOnlyList<string> Path, ParquetType Type, int DefinitionMax, int RepetitionMax);
