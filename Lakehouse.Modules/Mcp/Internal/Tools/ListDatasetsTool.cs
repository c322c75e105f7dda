using System.Text.Json.Nodes;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Text;

namespace Lakehouse.Mcp.Internal.Tools;

/// <summary><c>list_datasets</c>.</summary>
internal sealed class ListDatasetsTool(ICatalog catalog, McpOptions options) : ITool
{
    public ToolShape Shape { get; } = ToolShape.Of(
        "list_datasets",
        "List datasets",
        ToolEffect.Reads,
        """
        Lists what can be queried: datasets (tables of rows), derived datasets (tables kept up to date from a query) and views (named queries), in the order of
        their names. Start here when you do not know what the lake holds, then call describe_dataset for the ones that look right.
        """,
        $$"""
        "filter": {"type": "string", "description": "Only names that contain this text, in any letter case; * stands for any characters"},
        "cursor": {"type": "string", "description": "next_cursor of the answer before, for the next page"},
        "limit": {"type": "integer", "minimum": 1, "maximum": {{options.MaxRows}}, "description": "The most names; {{options.DefaultRows}} when not given"}
        """,
        [],
        """
        "datasets": {"type": "array", "items": {"type": "object", "properties": {
          "name": {"type": "string"}, "kind": {"type": "string", "enum": ["dataset", "derived", "view"]},
          "rows": {"type": ["integer", "null"], "description": "Null for a view"}, "columns": {"type": "integer"},
          "version": {"type": "integer"}, "updated_at": {"type": "string"}}}},
        "count": {"type": "integer", "description": "How many names fit the filter in all"},
        "next_cursor": {"type": ["string", "null"], "description": "Null after the last page"},
        "notes": {"type": "array", "items": {"type": "string"}}
        """);

    public Task<JsonNode> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var filter = call.Arguments.FilledText("filter");
        var cursor = call.Arguments.Text("cursor");
        var limit = Math.Clamp(call.Arguments.Count("limit") ?? options.DefaultRows, 1, options.MaxRows);
        call.Arguments.Complete();
        var all = Caller.Current.SeeAll(catalog).OrderBy(m => m.Name.Value, StringComparer.Ordinal).ToList();
        var found = all.Where(m => filter is null || NamePattern.Matches(filter, m.Name.Value)).ToList();
        var page = found.Where(m => cursor is null || string.CompareOrdinal(m.Name.Value, cursor) > 0).Take(limit + 1).ToList();
        var notes = new JsonArray();
        if (all.Count == 0)
        {
            notes.Add("The lake has no datasets yet.");
        }
        else if (found.Count == 0)
        {
            var nearest = NearestName.Find(filter!, all.Select(m => m.Name.Value));
            notes.Add($"No name contains '{filter}'" + (nearest is null ? $"; there are {all.Count} names." : $"; the nearest is '{nearest}'."));
        }

        return Task.FromResult<JsonNode>(new JsonObject
        {
            ["datasets"] = new JsonArray([.. page.Take(limit).Select(Show)]),
            ["count"] = found.Count,
            ["next_cursor"] = page.Count > limit ? page[limit - 1].Name.Value : null,
            ["notes"] = notes,
        });
    }

    private static JsonObject Show(Manifest m) => new()
    {
        ["name"] = m.Name.Value,
        ["kind"] = DatasetDescription.KindOf(m),
        ["rows"] = m.IsView || !Caller.Current.CountsRows(m) ? null : m.RowCount,
        ["columns"] = m.Columns.Count,
        ["version"] = m.Version,
        ["updated_at"] = m.UpdatedAt.UtcDateTime,
    };
}
