using System.Text.Json.Nodes;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;

namespace Lakehouse.Mcp.Internal.Tools.Writing;

/// <summary><c>drop</c>: a dataset or a view.</summary>
internal sealed class DropTool(ICatalog catalog, DatasetDescription description) : ITool
{
    public ToolShape Shape { get; } = ToolShape.Of(
        "drop",
        "Drop a dataset or view",
        ToolEffect.Deletes,
        """
        Drops a dataset or view. Give its name twice, so that it is no slip. A dataset's versions are kept for a while, in which a restore can bring it
        back; views that read it fail from then on.
        """,
        """
        "name": {"type": "string"},
        "confirm": {"type": "string", "description": "The name again"}
        """,
        ["name", "confirm"],
        """
        "name": {"type": "string"},
        "version": {"type": "integer", "description": "The version that marks it as dropped"}
        """);

    public async Task<JsonNode> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var name = call.Arguments.RequiredText("name");
        var confirm = call.Arguments.RequiredText("confirm");
        call.Arguments.Complete();
        if (confirm != name)
        {
            throw Core.Requests.JsonMembers.Invalid($"\"confirm\" is \"{confirm}\", and it must be the name again: \"{name}\"");
        }

        var found = description.Require(name);
        if (found.IsView)
        {
            Caller.Current.RequireSeen(ResourceKind.View, found.Name.Value);
        }
        else
        {
            Caller.Current.RequireWhole(found.Name.Value);
        }

        var dropped = found.IsView
            ? await catalog.DropViewAsync(found.Name, cancellationToken)
            : await catalog.DropAsync(found.Name, cancellationToken);
        return new JsonObject { ["name"] = dropped.Name.Value, ["version"] = dropped.Version };
    }
}
