using System.Text.Json.Nodes;
using Lakehouse.Ingest;

namespace Lakehouse.Mcp.Internal.Tools.Writing;

/// <summary>What an ingest did, for a model.</summary>
internal static class IngestReport
{
    /// <summary>The properties of the report.</summary>
    public const string Schema = """
        "name": {"type": "string"},
        "version": {"type": "integer"},
        "row_count": {"type": "integer", "description": "The rows of the dataset now"},
        "unchanged": {"type": "boolean"},
        "replaced_rows": {"type": "integer"},
        "skipped_rows": {"type": "integer"},
        "columns": {"type": "array", "items": {"type": "object"}, "description": "Each column of the file with its type and what decided it"},
        "notes": {"type": "array", "items": {"type": "string"}}
        """;

    public static JsonObject Of(IngestResult result) => new()
    {
        ["name"] = result.Manifest.Name.Value,
        ["version"] = result.Manifest.Version,
        ["row_count"] = result.Manifest.RowCount,
        ["unchanged"] = result.IsUnchanged,
        ["replaced_rows"] = result.ReplacedCount,
        ["skipped_rows"] = result.Reading.SkippedCount,
        ["columns"] = new JsonArray(
        [
            .. result.Reading.Columns.Select(c => new JsonObject
            {
                ["name"] = c.Name, ["type"] = c.Type, ["reason"] = c.Reason, ["line"] = c.Line, ["value"] = c.Value,
            }),
        ]),
        ["notes"] = new JsonArray([.. result.Reading.Notes.Select(n => (JsonNode)n)]),
    };

    /// <summary>A text as the only file of an ingest.</summary>
    public static async IAsyncEnumerable<IngestSource> Alone(byte[] content)
    {
        await Task.CompletedTask;
        using var stream = new MemoryStream(content, writable: false);
        yield return new IngestSource(stream);
    }
}
