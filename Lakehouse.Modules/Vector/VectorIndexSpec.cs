using Lakehouse.Hnsw;
using Lakehouse.Vector.Internal;

namespace Lakehouse.Vector;

/// <summary>The parameters of an index, fixed when it is created.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dimension">The length of its vectors, 1 to 16,384.</param>
/// <param name="Metric">How the distance of two vectors is computed.</param>
/// <param name="Quantization">The form of the vectors that the walk compares.</param>
/// <param name="M">How many links a new node gets, 2 to 128; in layer 0 a node can have up to twice as many.</param>
/// <param name="EfConstruction">The beam width of an insertion, 1 or more; 100 to 400 is usual.</param>
/// <param name="EfSearch">The beam width of a search that does not specify one.</param>
public sealed record VectorIndexSpec(IndexName Name, int Dimension, Metric Metric, Quantization Quantization, int M, int EfConstruction, int EfSearch)
{
    /// <summary>The metric as the API names it: <c>cosine</c>, <c>l2</c>, <c>ip</c>.</summary>
    public string MetricName => SpecNames.Of(Metric);

    /// <summary>The quantization as the API names it: <c>none</c>, <c>int8</c>, <c>binary</c>.</summary>
    public string QuantizationName => SpecNames.Of(Quantization);

    /// <summary>The largest dimension that an index can have.</summary>
    public const int DimensionMax = 16_384;

    /// <summary>The largest M that an index can have.</summary>
    public const int LinksMax = 128;

    /// <summary>Cosine over float32 with the usual values of the paper's parameters: enough for a recall of 0.99 on embeddings.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="dimension">The length of its vectors.</param>
    public static VectorIndexSpec Default(IndexName name, int dimension) =>
        new(name, dimension, Metric.Cosine, Quantization.None, M: 16, EfConstruction: 200, EfSearch: 64);
}
