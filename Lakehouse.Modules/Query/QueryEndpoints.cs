using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lakehouse.Core.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Query;

/// <summary><c>/v1/sql</c>.</summary>
internal static class QueryEndpoints
{
    // A character of a query can take six bytes of JSON (\u0041).
    private const int JsonGrowthMax = 6;
    private const int EnvelopeBytesMax = 1_024;

    private static readonly JsonWriterOptions HeadOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IEndpointRouteBuilder Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/sql", RunAsync).WithTags("query").WithSummary("Runs one SELECT-like statement over the datasets");
        return routes;
    }

    private static async Task RunAsync(HttpContext context, IQueryEngine engine, QueryOptions options)
    {
        var sql = await ReadSqlAsync(context, options);
        await using var result = await engine.ExecuteAsync(sql, null, context.RequestAborted);
        context.Response.ContentType = "application/json; charset=utf-8";

        // From here on a failure must cut the connection: bytes that are written and not yet sent could not be taken back for a problem document.
        await context.Response.StartAsync(context.RequestAborted);
        await WriteAsync(result, context.Response.BodyWriter, context.RequestAborted);
    }

    private static async Task<string> ReadSqlAsync(HttpContext context, QueryOptions options)
    {
        var body = await ReadBodyAsync(context, (options.MaxSqlBytes * (long)JsonGrowthMax) + EnvelopeBytesMax);
        try
        {
            var request = JsonSerializer.Deserialize<SqlRequest>(body.Span, JsonSerializerOptions.Web);
            return request?.Sql ?? throw Invalid("the body has no \"sql\"", null);
        }
        catch (JsonException fault)
        {
            throw Invalid($"the body is not JSON of the form {{\"sql\":\"SELECT 1\"}} (line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1})", fault);
        }
    }

    /// <summary>The whole body. Counted here and not by the server, which would cut the connection: so the rest is drained for a while, and its sender sees why.</summary>
    private static ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(HttpContext context, long sizeBytesMax)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        return context.Request.Body.ReadWholeAsync(
            context.Request.ContentLength,
            sizeBytesMax,
            () => new LakehouseException(ErrorKind.TooLarge, "query_too_large", $"The body is larger than {sizeBytesMax} bytes, which no query within query.max_sql_bytes needs."),
            context.RequestAborted);
    }

    /// <summary>Writes chunk by chunk. A failure after the first byte reaches the edge as an exception, which aborts the connection: the answer never looks whole.</summary>
    private static async Task WriteAsync(IQueryResult result, PipeWriter output, CancellationToken cancellationToken)
    {
        WriteHead(result.Columns, output);
        long rows = 0;
        while (await result.WriteRowsAsync(output, cancellationToken) is var count and > 0)
        {
            rows += count;
            await output.FlushAsync(cancellationToken);
        }

        WriteTail(rows, result.IsTruncated, output);
        await output.FlushAsync(cancellationToken);
    }

    private static void WriteHead(IReadOnlyList<QueryColumn> columns, PipeWriter output)
    {
        output.Write("{\"columns\":"u8);
        using (var json = new Utf8JsonWriter(output, HeadOptions))
        {
            json.WriteStartArray();
            foreach (var column in columns)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, column.Name);
                json.WriteString("type"u8, column.Type);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        output.Write(",\"rows\":["u8);
    }

    private static void WriteTail(long rows, bool isTruncated, PipeWriter output)
    {
        output.Write("],\"row_count\":"u8);
        Utf8Formatter.TryFormat(rows, output.GetSpan(20), out var length);
        output.Advance(length);
        output.Write(isTruncated ? ",\"truncated\":true}"u8 : "}"u8);
    }

    private static LakehouseException Invalid(string reason, Exception? inner) =>
        new(ErrorKind.InvalidInput, "invalid_request", $"The request is refused: {reason}.", inner);

    private sealed record SqlRequest(string? Sql);
}
