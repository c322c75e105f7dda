using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Names;
using Lakehouse.Core.Requests;
using Lakehouse.Ingest;

namespace Lakehouse.Mcp.Internal.Tools.Writing;

/// <summary><c>ingest</c>: a file's text becomes a dataset, or is added to one.</summary>
internal sealed class IngestTool(IIngestJobs jobs) : ITool
{
    public ToolShape Shape { get; } = ToolShape.Of(
        "ingest",
        "Ingest a file",
        ToolEffect.Writes,
        """
        Makes a dataset of the text of a CSV, TSV, JSON or NDJSON file, or adds its rows to one. Types are found out and told in the answer, with what was left
        out. A dataset that is replaced keeps its older versions. Rows with other columns than the dataset's are refused with the differences unless evolve is
        true. The same idempotency_key with the same content changes nothing the second time.
        """,
        """
        "name": {"type": "string", "description": "The dataset"},
        "content": {"type": "string", "description": "The text of the file, with a header line if it is CSV"},
        "mode": {"type": "string", "enum": ["replace", "append"], "description": "replace when not given; upsert is a tool of its own"},
        "evolve": {"type": "boolean", "description": "true lets new columns and wider types into the dataset"},
        "options": {"type": "object", "description": "How the file is written, e.g. {\"delimiter\": \";\", \"decimal\": \",\", \"null\": \"n/a\"}"},
        "idempotency_key": {"type": "string"}
        """,
        ["name", "content"],
        IngestReport.Schema) with
    { Action = AccessAction.Ingest };

    public async Task<JsonNode> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var arguments = call.Arguments;
        var name = DatasetName.Parse(arguments.RequiredText("name"));
        var content = arguments.RequiredText("content");
        var mode = arguments.Text("mode") switch
        {
            null or "replace" => CommitMode.Replace,
            "append" => CommitMode.Append,
            var other => throw JsonMembers.Invalid($"\"mode\" is \"{other}\"; it is \"replace\" or \"append\""),
        };
        var request = new IngestRequest(
            name, ReadOptions.Parse(OptionsOf(arguments.Member("options"))), mode, arguments.FilledText("idempotency_key"), arguments.Flag("evolve") ?? false);
        arguments.Complete();
        var bytes = Encoding.UTF8.GetBytes(content);
        return IngestReport.Of(await jobs.RunAsync(request, IngestReport.Alone(bytes), bytes.Length, cancellationToken));
    }

    private static Dictionary<string, string> OptionsOf(JsonElement? options) => options switch
    {
        null => [],
        { ValueKind: JsonValueKind.Object } told => told.EnumerateObject().ToDictionary(
            o => o.Name, o => o.Value.ValueKind is JsonValueKind.String ? o.Value.GetString()! : o.Value.GetRawText(), StringComparer.Ordinal),
        _ => throw JsonMembers.Invalid("\"options\" is not an object"),
    };
}
