using System.Text.Json.Nodes;
using Lakehouse.Core.Access;
using Lakehouse.Memory;

namespace Lakehouse.Mcp.Internal.Tools.Remembering;

/// <summary><c>remember</c>: keeps how a task was done.</summary>
internal sealed class RememberTool(IMemories memories) : ITool
{
    public ToolShape Shape { get; } = ToolShape.Of(
        "remember",
        "Remember how a task was done",
        ToolEffect.Remembers,
        """
        Keeps how a task was done and how well that went, so that recall finds it when a similar task comes. Call it when a task is finished, also when it failed:
        what did not work is worth as much. Say the task in the words in which it was asked, and the steps so that they can be repeated, e.g. the SQL that
        answered it. With an id that recall or remember has returned, that memory is replaced.
        """,
        """
        "space": {"type": "string", "description": "Where to keep it, e.g. the name of the project or team; letters, digits, _ - ."},
        "task": {"type": "string", "description": "The task, as it was asked"},
        "steps": {"type": "array", "items": {}, "description": "What was done, in order: texts or objects"},
        "outcome": {"type": "number", "minimum": 0, "maximum": 1, "description": "How well it went: 1 worked, 0 failed; leave it out when that is not known"},
        "tags": {"type": "array", "items": {"type": "string"}, "description": "Words to filter by"},
        "datasets": {"type": "array", "items": {"type": "string"}, "description": "The datasets that were used, as name or name@version"},
        "parent": {"type": "string", "description": "The id of the memory that this one improves"},
        "id": {"type": "string", "description": "The id of a memory to replace"}
        """,
        ["space", "task"],
        """
        "id": {"type": "string"},
        "dataset": {"type": "string", "description": "The dataset that has it, which query can read where it may"},
        "version": {"type": "integer"}
        """) with
    { Action = AccessAction.Ingest };

    public async Task<JsonNode> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var arguments = call.Arguments;
        var space = SpaceName.Parse(arguments.RequiredText("space"));
        var memory = new NewMemory(arguments.RequiredText("task"))
        {
            Steps = arguments.Member("steps"),
            Outcome = arguments.Number("outcome"),
            Tags = arguments.Texts("tags") ?? [],
            Datasets = arguments.Texts("datasets") ?? [],
            Parent = arguments.FilledText("parent"),
            Id = arguments.FilledText("id"),
        };
        arguments.Complete();
        var done = await memories.RememberAsync(space, [memory], cancellationToken);
        return new JsonObject { ["id"] = done.Ids[0], ["dataset"] = done.Dataset, ["version"] = done.Version };
    }
}
