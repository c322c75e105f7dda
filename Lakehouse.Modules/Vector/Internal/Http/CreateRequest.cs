using System.Text.Json;
using Lakehouse.Core.Requests;

namespace Lakehouse.Vector.Internal.Http;

/// <summary>Reads the body of <c>POST /v1/vectors/index</c>.</summary>
internal static class CreateRequest
{
    public const string Form = "{\"name\":\"docs\",\"dimension\":768,\"distance\":\"cosine\"}";

    public static VectorIndexSpec Read(JsonElement json)
    {
        var body = new JsonMembers(json);
        var (name, dimension) = (body.Text("name"), body.Count("dimension"));
        var (distance, quantization) = (body.Text("distance"), body.Text("quantization"));
        var (m, construction, search) = (body.Count("m"), body.Count("ef_construction"), body.Count("ef_search"));
        body.Complete();
        var spec = VectorIndexSpec.Default(IndexName.Parse(name), dimension ?? throw VectorErrors.Index("it has no \"dimension\""));
        return spec with
        {
            Metric = distance is null ? spec.Metric
                : SpecNames.ParseMetric(distance) ?? throw VectorErrors.Index($"distance is \"{distance}\"; there are {SpecNames.Metrics}"),
            Quantization = quantization is null ? spec.Quantization
                : SpecNames.ParseQuantization(quantization)
                    ?? throw VectorErrors.Index($"quantization is \"{quantization}\"; there are {SpecNames.Quantizations}"),
            M = m ?? spec.M,
            EfConstruction = construction ?? spec.EfConstruction,
            EfSearch = search ?? spec.EfSearch,
        };
    }
}
