using System.Text.Json.Nodes;
using Lakehouse.Core.Access;
using Lakehouse.Search;
using Lakehouse.Vector;

namespace Lakehouse.Mcp.Internal.Tools;

/// <summary><c>list_indexes</c>.</summary>
internal sealed class ListIndexesTool(IVectorIndexes indexes) : ITool
{
    public ToolShape Shape { get; } = ToolShape.Of(
        "list_indexes",
        "List indexes",
        ToolEffect.Reads,
        """
        Lists the indexes that search can name: how many items each has, whether they have texts (then it can be searched by keywords, too), the dataset that it
        was made of, and the model that made its vectors.
        """,
        "",
        [],
        """
        "indexes": {"type": "array", "items": {"type": "object", "properties": {
          "name": {"type": "string"}, "aliases": {"type": "array", "items": {"type": "string"}}, "items": {"type": "integer"}, "texts": {"type": "integer"},
          "dimension": {"type": "integer"}, "distance": {"type": "string"}, "dataset": {"type": ["string", "null"]},
          "dataset_version": {"type": ["integer", "null"]}, "model": {"type": ["string", "null"]}, "status": {"type": "string"},
          "error": {"type": ["string", "null"]}}}}
        """) with
    { Action = AccessAction.Search };

    public Task<JsonNode> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        call.Arguments.Complete();
        return Task.FromResult<JsonNode>(new JsonObject { ["indexes"] = new JsonArray([.. indexes.ListSeen().Select(Show)]) });
    }

    private static JsonObject Show(VectorIndexInfo index)
    {
        var origin = index.Owner as VectorOrigin;
        return new JsonObject
        {
            ["name"] = index.Spec.Name.Value,
            ["aliases"] = new JsonArray([.. index.Aliases.Select(a => (JsonNode)a.Value)]),
            ["items"] = index.ItemCount,
            ["texts"] = index.TextCount,
            ["dimension"] = index.Spec.Dimension,
            ["distance"] = index.Spec.MetricName,
            ["dataset"] = origin?.Dataset?.Dataset,
            ["dataset_version"] = origin?.Dataset?.Version,
            ["model"] = origin?.Embedding?.Model,
            ["status"] = index.Status.ToString().ToLowerInvariant(),
            ["error"] = index.Error,
        };
    }
}
