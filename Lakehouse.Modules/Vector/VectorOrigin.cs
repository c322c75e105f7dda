namespace Lakehouse.Vector;

/// <summary>Where the items of an index come from, as far as they were imported. Written by whoever imports; kept with the index.</summary>
/// <param name="Embedding">What made the vectors of texts; null where they came as vectors.</param>
/// <param name="Dataset">The dataset whose rows they are; null where they were added one by one.</param>
public sealed record VectorOrigin(EmbeddingOrigin? Embedding, DatasetOrigin? Dataset);
