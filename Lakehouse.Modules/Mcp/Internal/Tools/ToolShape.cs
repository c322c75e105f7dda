using System.Text.Json;
using Lakehouse.Core.Access;

namespace Lakehouse.Mcp.Internal.Tools;

/// <summary>What a model is told of a tool.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">Its name for a person.</param>
/// <param name="Description">What it is for, for a model that has never seen this program.</param>
/// <param name="Effect">What it does to the lake.</param>
/// <param name="Input">The JSON schema of its arguments.</param>
/// <param name="Output">The JSON schema of its answer.</param>
internal sealed record ToolShape(string Name, string Title, string Description, ToolEffect Effect, JsonElement Input, JsonElement Output)
{
    /// <summary>What a caller must be allowed to do, to call it.</summary>
    public AccessAction Action { get; init; } = Effect is ToolEffect.Reads ? AccessAction.Read : AccessAction.Write;

    /// <summary>Makes a shape of texts: the properties of the arguments, the names of those that must be there, and the properties of the answer.</summary>
    public static ToolShape Of(string name, string title, ToolEffect effect, string description, string arguments, string[] required, string answer) =>
        new(name, title, description, effect, Schema(arguments, required, isOpen: false), Schema(answer, [], isOpen: true));

    private static JsonElement Schema(string properties, string[] required, bool isOpen) => JsonDocument.Parse($$"""
        {
          "type": "object",
          "properties": {{{properties}}},
          "required": {{JsonSerializer.Serialize(required)}},
          "additionalProperties": {{(isOpen ? "true" : "false")}}
        }
        """).RootElement;
}
