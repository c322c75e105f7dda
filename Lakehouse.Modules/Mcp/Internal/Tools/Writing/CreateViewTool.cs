using System.Text.Json.Nodes;
using Lakehouse.Core.Names;
using Lakehouse.Query;

namespace Lakehouse.Mcp.Internal.Tools.Writing;

/// <summary><c>create_view</c>.</summary>
internal sealed class CreateViewTool(IViews views) : ITool
{
    public ToolShape Shape { get; } = ToolShape.Of(
        "create_view",
        "Create a view",
        ToolEffect.Writes,
        """
        Stores a query under a name, which queries can use like a dataset from then on. It holds no rows: its query runs with each query that names it. A
        view of that name is replaced.
        """,
        """
        "name": {"type": "string"},
        "sql": {"type": "string", "description": "One SELECT statement over datasets and views"}
        """,
        ["name", "sql"],
        """
        "name": {"type": "string"},
        "version": {"type": "integer"},
        "columns": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "type": {"type": "string"}}}}
        """);

    public async Task<JsonNode> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var name = DatasetName.Parse(call.Arguments.RequiredText("name"));
        var sql = call.Arguments.RequiredText("sql");
        call.Arguments.Complete();
        var view = await views.PutAsync(name, sql, cancellationToken);
        return new JsonObject
        {
            ["name"] = view.Name.Value,
            ["version"] = view.Version,
            ["columns"] = new JsonArray([.. view.Columns.Select(c => new JsonObject { ["name"] = c.Name, ["type"] = c.Type })]),
        };
    }
}
