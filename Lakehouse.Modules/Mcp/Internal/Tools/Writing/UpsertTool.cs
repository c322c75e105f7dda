using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lakehouse.Catalog;
using Lakehouse.Core.Names;
using Lakehouse.Core.Requests;
using Lakehouse.Ingest;

namespace Lakehouse.Mcp.Internal.Tools.Writing;

/// <summary><c>upsert</c>: rows take the place of those with the same key.</summary>
internal sealed class UpsertTool(IIngestJobs jobs) : ITool
{
    public ToolShape Shape { get; } = ToolShape.Of(
        "upsert",
        "Add or replace rows",
        ToolEffect.Writes,
        """
        Puts rows into a dataset: each takes the place of the rows with the same values in the key columns, or is added where there is none. A row is replaced
        whole: give all of its columns, because one that is left out becomes NULL. Older versions of the dataset keep the rows that were there.
        """,
        """
        "name": {"type": "string", "description": "The dataset"},
        "key": {"type": "array", "items": {"type": "string"}, "minItems": 1, "description": "The columns that tell rows apart, e.g. [\"id\"]"},
        "rows": {"type": "array", "items": {"type": "object"}, "minItems": 1, "description": "The rows, each as an object of column and value"},
        "evolve": {"type": "boolean", "description": "true lets new columns and wider types into the dataset"},
        "idempotency_key": {"type": "string"}
        """,
        ["name", "key", "rows"],
        IngestReport.Schema);

    public async Task<JsonNode> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var arguments = call.Arguments;
        var name = DatasetName.Parse(arguments.RequiredText("name"));
        var keys = arguments.Texts("key") is { Count: > 0 } named ? named : throw arguments.Missing("key");
        var rows = arguments.Items("rows") is { Count: > 0 } given ? given : throw arguments.Missing("rows");
        var request = new IngestRequest(
            name, ReadOptions.Default with { Format = FileFormat.NdJson }, CommitMode.Append, arguments.FilledText("idempotency_key"),
            arguments.Flag("evolve") ?? false, keys);
        arguments.Complete();
        if (rows.FirstOrDefault(r => r.ValueKind is not JsonValueKind.Object) is { ValueKind: not JsonValueKind.Undefined })
        {
            throw JsonMembers.Invalid("a row is not an object of column and value");
        }

        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.Append(JsonSerializer.Serialize(row)).Append('\n');
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return IngestReport.Of(await jobs.RunAsync(request, IngestReport.Alone(bytes), bytes.Length, cancellationToken));
    }
}
