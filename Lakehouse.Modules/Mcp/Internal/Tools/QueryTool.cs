using System.Text.Json;
using System.Text.Json.Nodes;
using Lakehouse.Core.Requests;
using Lakehouse.Query;

namespace Lakehouse.Mcp.Internal.Tools;

/// <summary><c>query</c>: SQL.</summary>
internal sealed class QueryTool(SqlAnswer sql, IQueryControl queries, McpOptions options) : ITool
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    public ToolShape Shape { get; } = ToolShape.Of(
        "query",
        "Run SQL",
        ToolEffect.Reads,
        $"""
        Runs one SELECT-like statement (SELECT, FROM, WITH, DESCRIBE, SUMMARIZE, SHOW TABLES, PIVOT) over the datasets, in DuckDB's dialect of SQL. A dataset
        is a table: SELECT count(*) FROM orders. Quote names that have other characters than letters, digits and _: "my-data". FROM "orders@3" reads version 3.
        Nothing can be changed, and no files or other databases can be read. Values belong into params, not into the text. Let the database do the work:
        aggregate, filter and join there rather than fetching rows; an answer has at most {options.MaxRows} rows and {options.MaxAnswerBytes} bytes. Call
        describe_dataset first to see the columns. Numbers of more than 15 digits come as texts.
        """,
        $$"""
        "sql": {"type": "string", "description": "One statement, e.g. SELECT city, count(*) AS n FROM people GROUP BY city ORDER BY n DESC"},
        "params": {"type": ["array", "object"], "description": "Values for ? and $1 as a list, or for $name as an object, e.g. [\"Oslo\", 3]"},
        "limit": {"type": "integer", "minimum": 1, "maximum": {{options.MaxRows}}, "description": "The most rows; {{options.DefaultRows}} when not given"},
        "at": {"type": "object", "description": "Versions to read, by dataset: {\"orders\": 3}. Others are read in their newest version"},
        "timeout_ms": {"type": "integer", "minimum": 1, "description": "Give up after so many milliseconds"}
        """,
        ["sql"],
        """
        "columns": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "type": {"type": "string"}}}},
        "rows": {"type": "array", "items": {"type": "array"}, "description": "Each row as a list of values in the order of the columns"},
        "row_count": {"type": "integer"},
        "truncated": {"type": "boolean", "description": "Whether there are more rows than these"},
        "notes": {"type": "array", "items": {"type": "string"}},
        "datasets": {"type": "array", "items": {"type": "object"}, "description": "The versions that were read, to cite them or to read them again"}
        """);

    public async Task<JsonNode> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var arguments = call.Arguments;
        var request = new QueryRequest(arguments.RequiredText("sql"))
        {
            Parameters = arguments.Member("params")?.GetRawText(),
            MaxRows = Limit(arguments.Count("limit")),
            At = arguments.Member("at") is { } at ? Pins(at) : null,
            Timeout = arguments.LongCount("timeout_ms") is { } ms ? TimeSpan.FromMilliseconds(Math.Clamp(ms, 1, int.MaxValue)) : null,
            Id = $"mcp-{Guid.NewGuid():N}",
        };
        arguments.Complete();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reporting = ReportAsync(call, request.Id, end.Token);
        try
        {
            return await sql.RunAsync(request, cancellationToken);
        }
        finally
        {
            await end.CancelAsync();
            await reporting;
        }
    }

    private int Limit(int? limit) => limit switch
    {
        null => Math.Min(options.DefaultRows, options.MaxRows),
        < 1 => throw JsonMembers.Invalid("\"limit\" is less than 1"),
        _ => Math.Min(limit.Value, options.MaxRows),
    };

    private static Dictionary<string, string> Pins(JsonElement at) => at.ValueKind is JsonValueKind.Object
        ? at.EnumerateObject().ToDictionary(m => m.Name, m => m.Value.ValueKind is JsonValueKind.String ? m.Value.GetString()! : m.Value.GetRawText())
        : throw JsonMembers.Invalid("\"at\" is not an object of datasets and versions");

    private async Task ReportAsync(ToolCall call, string id, CancellationToken end)
    {
        try
        {
            using var timer = new PeriodicTimer(ReportEvery);
            while (await timer.WaitForNextTickAsync(end))
            {
                if (queries.List().FirstOrDefault(q => q.Id == id) is { } query)
                {
                    await call.Report(query.Progress, $"running for {query.Elapsed.TotalSeconds:0} s, {query.Rows} rows so far");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The answer is there.
        }
    }
}
