namespace Lakehouse.Hnsw;

/// <summary>What the walk over the graph compares. The nearest are always compared again as float32, so distances in answers are exact.</summary>
public enum Quantization
{
    /// <summary>The float32 vectors themselves.</summary>
    None,

    /// <summary>8 bits a dimension, with a scale for each vector: a quarter of the memory traffic, nearly the same order.</summary>
    Int8,

    /// <summary>The sign of each dimension: a thirty-second of the traffic, a coarse order. For cosine over many dimensions (512 or more).</summary>
    Binary,
}
