namespace Lakehouse.Vector.Internal.Http;

/// <summary>The body of <c>POST /v1/vectors/index</c>.</summary>
internal sealed record CreateRequest(string? Name, int? Dimension, string? Distance, string? Quantization, int? M, int? EfConstruction, int? EfSearch)
{
    // The usual values of the paper's parameters: enough for a recall of 0.99 on embeddings.
    private const int DefaultM = 16;
    private const int DefaultEfConstruction = 200;
    private const int DefaultEfSearch = 64;

    public VectorIndexSpec ToSpec() => new(
        IndexName.Parse(Name),
        Dimension ?? throw VectorErrors.Index("it has no \"dimension\""),
        SpecNames.ParseMetric(Distance ?? "cosine") ?? throw VectorErrors.Index($"distance is \"{Distance}\"; there are {SpecNames.Metrics}"),
        SpecNames.ParseQuantization(Quantization ?? "none") ?? throw VectorErrors.Index($"quantization is \"{Quantization}\"; there are {SpecNames.Quantizations}"),
        M ?? DefaultM,
        EfConstruction ?? DefaultEfConstruction,
        EfSearch ?? DefaultEfSearch);
}
