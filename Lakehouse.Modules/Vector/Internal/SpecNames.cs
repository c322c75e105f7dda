using Lakehouse.Hnsw;

namespace Lakehouse.Vector.Internal;

/// <summary>The names of metrics and quantizations in the API and in files.</summary>
internal static class SpecNames
{
    public const string Metrics = "\"cosine\", \"l2\" (or \"euclidean\") and \"ip\" (or \"dot\", \"inner_product\")";
    public const string Quantizations = "\"none\", \"int8\" and \"binary\"";

    public static string Of(Metric metric) => metric switch
    {
        Metric.Cosine => "cosine",
        Metric.L2 => "l2",
        _ => "ip",
    };

    public static string Of(Quantization quantization) => quantization switch
    {
        Quantization.Int8 => "int8",
        Quantization.Binary => "binary",
        _ => "none",
    };

    public static Metric? ParseMetric(string name) => name switch
    {
        "cosine" => Metric.Cosine,
        "l2" or "euclidean" => Metric.L2,
        "ip" or "dot" or "inner_product" => Metric.InnerProduct,
        _ => null,
    };

    public static Quantization? ParseQuantization(string name) => name switch
    {
        "none" => Quantization.None,
        "int8" => Quantization.Int8,
        "binary" => Quantization.Binary,
        _ => null,
    };
}
