namespace Lakehouse.Hnsw;

/// <summary>What the walk over the graph compares. The best candidates are always compared again as float32, so distances in answers are exact.</summary>
public enum Quantization
{
    /// <summary>The float32 vectors themselves.</summary>
    None,

    /// <summary>8 bits a dimension, with a scale for each vector: a quarter of the memory traffic, and nearly the same order of results.</summary>
    Int8,

    /// <summary>The sign of each dimension: 1/32 of the memory traffic, and a coarse order of results. For cosine over many dimensions (512 or more).</summary>
    Binary,
}
