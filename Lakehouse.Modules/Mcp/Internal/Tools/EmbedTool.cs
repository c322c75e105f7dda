using System.Text.Json.Nodes;
using Lakehouse.Core.Access;
using Lakehouse.Embed;

namespace Lakehouse.Mcp.Internal.Tools;

/// <summary><c>embed</c>.</summary>
internal sealed class EmbedTool(IEmbedder embedder) : ITool
{
    public ToolShape Shape { get; } = ToolShape.Of(
        "embed",
        "Turn texts into vectors",
        ToolEffect.Reads,
        """
        Turns texts into vectors of length 1, whose dot product tells how near they are in meaning. Needed only to compare texts with each other: search and the
        SQL functions embed(text) and vector_search(...) embed their texts themselves.
        """,
        """
        "texts": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "model": {"type": "string", "description": "The model; the configured one when not given"}
        """,
        ["texts"],
        """
        "model": {"type": "string"},
        "dimension": {"type": "integer"},
        "vectors": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}, "description": "One for each text, in their order"}
        """) with
    { Action = AccessAction.Search };

    public async Task<JsonNode> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var texts = call.Arguments.Texts("texts") ?? throw call.Arguments.Missing("texts");
        var model = call.Arguments.FilledText("model");
        call.Arguments.Complete();
        var answer = await embedder.EmbedAsync(new EmbedRequest(texts, model), cancellationToken);
        return new JsonObject
        {
            ["model"] = answer.Model,
            ["dimension"] = answer.Dimension,
            ["vectors"] = new JsonArray([.. answer.Vectors.Select(v => new JsonArray([.. v.ToArray().Select(x => (JsonNode)x)]))]),
        };
    }
}
