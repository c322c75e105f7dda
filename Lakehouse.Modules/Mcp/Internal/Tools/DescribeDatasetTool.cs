using System.Text.Json.Nodes;

namespace Lakehouse.Mcp.Internal.Tools;

/// <summary><c>describe_dataset</c>.</summary>
internal sealed class DescribeDatasetTool(DatasetDescription description, McpOptions options) : ITool
{
    private const int SampleDefault = 5;

    public ToolShape Shape { get; } = ToolShape.Of(
        "describe_dataset",
        "Describe a dataset",
        ToolEffect.Reads,
        """
        Tells everything about one dataset or view that is needed to query it: its columns with their types, least and largest values and counts of NULL,
        its number of rows, some rows, its last versions, and the indexes over it that search can name. Call it before you write SQL over a dataset that you
        have not seen yet.
        """,
        $$"""
        "name": {"type": "string", "description": "The dataset or view, as list_datasets names it"},
        "sample_rows": {"type": "integer", "minimum": 0, "maximum": {{options.MaxRows}}, "description": "Rows to show; {{SampleDefault}} when not given"},
        "statistics": {"type": "boolean", "description": "false leaves out min, max and null_count"}
        """,
        ["name"],
        """
        "name": {"type": "string"},
        "kind": {"type": "string", "enum": ["dataset", "derived", "view"]},
        "version": {"type": "integer"},
        "rows": {"type": ["integer", "null"]},
        "bytes": {"type": "integer"},
        "updated_at": {"type": "string"},
        "sql": {"type": ["string", "null"], "description": "The query of a view or derived dataset"},
        "columns": {"type": "array", "items": {"type": "object", "properties": {
          "name": {"type": "string"}, "type": {"type": ["string", "null"]}, "min": {"type": ["string", "null"]}, "max": {"type": ["string", "null"]},
          "null_count": {"type": ["integer", "null"]}}}},
        "sample": {"type": ["object", "null"], "properties": {"columns": {"type": "array"}, "rows": {"type": "array"}}},
        "history": {"type": "array", "items": {"type": "object"}},
        "note": {"type": "string", "description": "What the caller sees otherwise than it is"},
        "indexes": {"type": "array", "items": {"type": "string"}}
        """);

    public async Task<JsonNode> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var name = call.Arguments.RequiredText("name");
        var sampleRows = Math.Clamp(call.Arguments.Count("sample_rows") ?? SampleDefault, 0, options.MaxRows);
        var hasStatistics = call.Arguments.Flag("statistics") ?? true;
        call.Arguments.Complete();
        return await description.DescribeAsync(description.Require(name), sampleRows, hasStatistics, cancellationToken);
    }
}
