using System.Text.Json.Nodes;
using Lakehouse.Core.Names;
using Lakehouse.Query.Rows;

namespace Lakehouse.Mcp.Internal.Tools.Writing;

/// <summary><c>delete</c>: rows of a dataset.</summary>
internal sealed class DeleteTool(IDatasetRows rows) : ITool
{
    public ToolShape Shape { get; } = ToolShape.Of(
        "delete",
        "Delete rows",
        ToolEffect.Deletes,
        """
        Removes the rows of a dataset for which a condition is true. Run SELECT count(*) FROM name WHERE condition first to see how many these are. Older
        versions keep the rows, so a restore can bring them back as long as the version is kept.
        """,
        """
        "name": {"type": "string", "description": "The dataset"},
        "where": {"type": "string", "description": "An SQL condition over its columns, e.g. city = ? AND day < '2024-01-01'"},
        "params": {"type": ["array", "object"], "description": "Values for ? and $1 as a list, or for $name as an object"}
        """,
        ["name", "where"],
        """
        "name": {"type": "string"},
        "version": {"type": "integer"},
        "removed_rows": {"type": "integer"},
        "row_count": {"type": "integer", "description": "The rows that are left"}
        """);

    public async Task<JsonNode> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var name = DatasetName.Parse(call.Arguments.RequiredText("name"));
        var where = call.Arguments.RequiredText("where");
        var parameters = call.Arguments.Member("params")?.GetRawText();
        call.Arguments.Complete();
        var change = await rows.DeleteAsync(name, where, parameters, cancellationToken);
        return new JsonObject
        {
            ["name"] = name.Value,
            ["version"] = change.Result.Manifest.Version,
            ["removed_rows"] = change.RemovedCount,
            ["row_count"] = change.Result.Manifest.RowCount,
        };
    }
}
