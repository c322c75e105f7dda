using System.Text.Json.Nodes;
using Lakehouse.Core.Access;
using Lakehouse.Memory;

namespace Lakehouse.Mcp.Internal.Tools.Remembering;

/// <summary><c>recall</c>: how similar tasks were done.</summary>
internal sealed class RecallTool(IMemories memories) : ITool
{
    public ToolShape Shape { get; } = ToolShape.Of(
        "recall",
        "Recall how similar tasks were done",
        ToolEffect.Reads,
        """
        Finds remembered tasks that are like the one at hand, with the steps that were taken and how well that went, the best first: by similarity of meaning, then
        by outcome and age. Call it before starting a task. A high similarity with a low outcome tells what to avoid. The answer is empty when nothing was
        remembered in the space.
        """,
        """
        "space": {"type": "string", "description": "Where it was kept, as remember names it"},
        "text": {"type": "string", "description": "The task at hand"},
        "k": {"type": "integer", "minimum": 1, "description": "How many at most; 5 when not given"},
        "tags": {"type": "array", "items": {"type": "string"}, "description": "Tags that a memory must have, all of them"},
        "min_outcome": {"type": "number", "minimum": 0, "maximum": 1, "description": "The least outcome"},
        "parent": {"type": "string", "description": "Only memories that improve this one"}
        """,
        ["space", "text"],
        """
        "memories": {"type": "array", "items": {"type": "object", "properties": {
          "id": {"type": "string"}, "score": {"type": "number"}, "similarity": {"type": "number"}, "task": {"type": "string"}, "steps": {},
          "outcome": {"type": ["number", "null"]}, "tags": {"type": "array"}, "datasets": {"type": "array"}, "parent": {"type": ["string", "null"]},
          "at": {"type": ["string", "null"]}}}},
        "is_behind": {"type": "boolean", "description": "Whether the newest memories are not searched yet"},
        "note": {"type": "string"}
        """) with
    { Action = AccessAction.Search };

    public async Task<JsonNode> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var arguments = call.Arguments;
        var space = SpaceName.Parse(arguments.RequiredText("space"));
        var plain = new RecallRequest(arguments.RequiredText("text"));
        var request = plain with
        {
            K = arguments.Count("k") ?? plain.K,
            Tags = arguments.Texts("tags") ?? [],
            MinOutcome = arguments.Number("min_outcome"),
            Parent = arguments.FilledText("parent"),
        };
        arguments.Complete();
        var answer = await memories.RecallAsync(space, request, cancellationToken);
        var shown = new JsonObject { ["memories"] = new JsonArray([.. answer.Memories.Select(Show)]), ["is_behind"] = answer.IsBehind };
        if (answer.IsBehind)
        {
            shown["note"] = "The newest memories are not searched yet; call recall again in a moment.";
        }

        return shown;
    }

    private static JsonObject Show(RecalledMemory memory) => new()
    {
        ["id"] = memory.Id,
        ["score"] = memory.Score,
        ["similarity"] = memory.Parts.Similarity,
        ["task"] = memory.Task,
        ["steps"] = memory.Steps is { } steps ? JsonNode.Parse(steps.GetRawText()) : null,
        ["outcome"] = memory.Outcome,
        ["tags"] = new JsonArray([.. memory.Tags.Select(t => JsonValue.Create(t))]),
        ["datasets"] = new JsonArray([.. memory.Datasets.Select(d => JsonValue.Create(d))]),
        ["parent"] = memory.Parent,
        ["at"] = memory.At?.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
    };
}
