using System.Text.Json;
using Lakehouse.Core.Requests;
using Lakehouse.Vector;

namespace Lakehouse.Search.Internal.Http;

/// <summary>Reads the body of a search.</summary>
internal static class SearchBody
{
    public const string Form = "{\"index\":\"workers\",\"text\":\"forklift driver\",\"k\":10}";

    public static SearchRequest Read(JsonElement json)
    {
        var body = new JsonMembers(json);
        var plain = new SearchRequest { Index = IndexName.Parse(body.RequiredText("index")), Text = body.RequiredText("text") };
        var weights = body.Member("weights") is { } member
            ? member.ValueKind == JsonValueKind.Object ? new JsonMembers(member, "\"weights\"") : throw JsonMembers.Invalid("\"weights\" is not an object")
            : null;
        var request = plain with
        {
            Mode = ModeOf(body.Text("mode")),
            At = body.LongCount("at"),
            K = body.Count("k") ?? plain.K,
            Filter = body.Member("filter"),
            Where = body.Text("where"),
            Model = body.FilledText("model"),
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
            Include = body.Texts("include") is { } parts ? ItemJson.ParseParts(parts) : plain.Include,
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
        _ => throw JsonMembers.Invalid($"\"mode\" is \"{mode}\"; it is \"vector\", \"keyword\" or \"hybrid\""),
    };
}
