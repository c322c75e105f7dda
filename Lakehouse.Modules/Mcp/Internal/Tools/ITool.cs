using System.Text.Json.Nodes;

namespace Lakehouse.Mcp.Internal.Tools;

/// <summary>Something that a model can call. Thread-safe.</summary>
internal interface ITool
{
    /// <summary>What a model is told of it.</summary>
    ToolShape Shape { get; }

    /// <summary>Runs it.</summary>
    /// <returns>A value of the output schema.</returns>
    /// <exception cref="Core.Errors.LakehouseException">Tells the model what is wrong with the call.</exception>
    Task<JsonNode> CallAsync(ToolCall call, CancellationToken cancellationToken);
}
