using System.Text.Json;
using Lakehouse.Vector;

namespace Lakehouse.Search.Internal.Http;

/// <summary>Reads the body of a search.</summary>
internal static class SearchBody
{
    public const string Form = "{\"index\":\"workers\",\"text\":\"forklift driver\",\"k\":10}";

    public static SearchRequest Read(JsonElement json)
    {
        var body = new BodyReader(json);
        var plain = new SearchRequest { Index = IndexName.Parse(body.RequiredText("index")), Text = body.RequiredText("text") };
        var weights = body.Member("weights") is { } member
            ? member.ValueKind == JsonValueKind.Object ? new BodyReader(member, "\"weights\"") : throw SearchErrors.Request("\"weights\" is not an object")
            : null;
        var request = plain with
        {
            Mode = ModeOf(body.Text("mode")),
            K = body.Count("k") ?? plain.K,
            Filter = body.Member("filter"),
            Where = body.Text("where"),
            Model = body.Text("model"),
            Ef = body.Count("ef"),
            Depth = body.Count("depth"),
            RankConstant = body.Number("rrf_k"),
            VectorWeight = weights?.Number("vector") ?? plain.VectorWeight,
            KeywordWeight = weights?.Number("keyword") ?? plain.KeywordWeight,
            GroupBy = body.Text("group_by"),
            GroupSize = body.Count("group_size") ?? plain.GroupSize,
            Facets = body.Texts("facets") ?? [],
            FacetSize = body.Count("facet_size") ?? plain.FacetSize,
            Columns = body.Texts("columns") ?? [],
            WithSnippets = body.Flag("snippets") ?? plain.WithSnippets,
            Include = IncludeOf(body.Texts("include")) ?? plain.Include,
        };
        weights?.Complete();
        body.Complete();
        return request;
    }

    private static SearchMode? ModeOf(string? mode) => mode switch
    {
        null => null,
        "vector" => SearchMode.Vector,
        "keyword" => SearchMode.Keyword,
        "hybrid" => SearchMode.Hybrid,
        _ => throw SearchErrors.Request($"\"mode\" is \"{mode}\"; it is \"vector\", \"keyword\" or \"hybrid\""),
    };

    private static ItemParts? IncludeOf(IReadOnlyList<string>? names) => names?.Aggregate(ItemParts.None, (parts, name) => parts | name switch
    {
        "metadata" => ItemParts.Metadata,
        "text" => ItemParts.Text,
        "vector" => ItemParts.Vector,
        _ => throw SearchErrors.Request($"\"include\" has \"{name}\"; there are \"metadata\", \"text\" and \"vector\""),
    });
}
