using System.Text.Json.Nodes;
using Lakehouse.Core.Access;
using Lakehouse.Core.Requests;
using Lakehouse.Search;
using Lakehouse.Vector;

namespace Lakehouse.Mcp.Internal.Tools;

/// <summary><c>search</c>: by meaning, by keywords, or both.</summary>
internal sealed class SearchTool(ISearcher searcher, McpOptions options) : ITool
{
    private const int ResultsDefault = 10;

    public ToolShape Shape { get; } = ToolShape.Of(
        "search",
        "Search by meaning and keywords",
        ToolEffect.Reads,
        """
        Finds the items of an index that fit a text best: by meaning (vectors), by keywords, or by both, which is what happens when mode is not given and the
        index has texts. list_indexes shows the indexes. Of an index that was made of a dataset, where is an SQL condition over the dataset's columns, and
        columns are values of the row to return with each result; cite results by their id. Use query instead for exact questions such as counts and sums.
        """,
        $$$"""
        "index": {"type": "string", "description": "The index or alias, as list_indexes names it"},
        "text": {"type": "string", "description": "What to search for, as a sentence or as keywords"},
        "k": {"type": "integer", "minimum": 1, "maximum": {{{options.MaxRows}}}, "description": "How many results; {{{ResultsDefault}}} when not given"},
        "mode": {"type": "string", "enum": ["vector", "keyword", "hybrid"]},
        "where": {"type": "string", "description": "An SQL condition over the columns of the index's dataset, e.g. state = 'NY' AND years > 3"},
        "filter": {"type": "object", "description": "A condition on metadata, e.g. {\"state\": \"NY\"} or {\"years\": {\"gte\": 3}}"},
        "columns": {"type": "array", "items": {"type": "string"}, "description": "Columns of the dataset to return with each result"},
        "facets": {"type": "array", "items": {"type": "string"}, "description": "Columns whose values are counted over the best candidates"},
        "at": {"type": "integer", "minimum": 0, "description": "The number of a change that the search must see, such as sequence of an earlier answer"}
        """,
        ["index", "text"],
        """
        "index": {"type": "string"},
        "sequence": {"type": "integer", "description": "The last change of the index that the answer is made of"},
        "mode": {"type": "string"},
        "dataset": {"type": ["object", "null"], "description": "The dataset and its version that the index reflects"},
        "results": {"type": "array", "items": {"type": "object", "properties": {
          "id": {"type": "string"}, "score": {"type": "number"}, "distance": {"type": ["number", "null"]}, "keyword_score": {"type": ["number", "null"]},
          "snippet": {"type": ["string", "null"]}, "metadata": {}, "columns": {"type": ["object", "null"]}}}},
        "facets": {"type": "object"}
        """) with
    { Action = AccessAction.Search };

    public async Task<JsonNode> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var arguments = call.Arguments;
        var request = new SearchRequest
        {
            Index = IndexName.Parse(arguments.RequiredText("index")),
            Text = arguments.RequiredText("text"),
            K = Math.Min(arguments.Count("k") ?? ResultsDefault, options.MaxRows),
            Mode = ModeOf(arguments.Text("mode")),
            Where = arguments.FilledText("where"),
            Filter = arguments.Member("filter"),
            Columns = arguments.Texts("columns") ?? [],
            Facets = arguments.Texts("facets") ?? [],
            At = arguments.LongCount("at"),
        };
        arguments.Complete();
        var answer = await searcher.SearchAsync(request, cancellationToken);
        return new JsonObject
        {
            ["index"] = answer.Request.Index.Value,
            ["sequence"] = answer.Version.Sequence,
            ["mode"] = answer.Request.Mode!.Value.ToString().ToLowerInvariant(),
            ["dataset"] = answer.Origin?.Dataset is { } dataset ? new JsonObject { ["name"] = dataset.Dataset, ["version"] = dataset.Version } : null,
            ["results"] = new JsonArray([.. answer.Hits.Select(h => Show(h, request.Columns))]),
            ["facets"] = new JsonObject(answer.Facets.Select(f => KeyValuePair.Create<string, JsonNode?>(f.Name, Show(f)))),
        };
    }

    private static SearchMode? ModeOf(string? mode) => mode switch
    {
        null => null,
        "vector" => SearchMode.Vector,
        "keyword" => SearchMode.Keyword,
        "hybrid" => SearchMode.Hybrid,
        _ => throw JsonMembers.Invalid($"\"mode\" is \"{mode}\"; it is \"vector\", \"keyword\" or \"hybrid\""),
    };

    private static JsonObject Show(SearchHit hit, IReadOnlyList<string> columns) => new()
    {
        ["id"] = hit.Hit.Item.Id,
        ["score"] = hit.Hit.Score,
        ["distance"] = hit.Hit.Distance,
        ["keyword_score"] = hit.Hit.KeywordScore,
        ["snippet"] = hit.Snippet?.Text,
        ["metadata"] = hit.Hit.Item.Metadata is { } metadata ? JsonNode.Parse(metadata) : null,
        ["columns"] = hit.Columns is not { } values || columns.Count == 0
            ? null
            : new JsonObject(columns.Zip(values, (name, value) => KeyValuePair.Create(name, JsonNode.Parse(value)))),
    };

    private static JsonObject Show(SearchFacet facet) => new()
    {
        ["values"] = new JsonArray([.. facet.Values.Select(v => new JsonObject { ["value"] = JsonNode.Parse(v.Key), ["count"] = v.Value })]),
        ["other"] = facet.OtherCount,
    };
}
