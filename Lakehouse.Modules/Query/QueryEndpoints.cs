using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Query;

/// <summary><c>/v1/sql</c>.</summary>
internal static class QueryEndpoints
{
    // A character of a query can take six bytes of JSON (\u0041).
    private const int JsonGrowthMax = 6;
    private const int EnvelopeBytesMax = 1_024;

    public static IEndpointRouteBuilder Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/sql", RunAsync).WithTags("query").WithSummary("Runs one SELECT-like statement over the datasets");
        return routes;
    }

    private static async Task RunAsync(HttpContext context, IQueryEngine engine, QueryOptions options)
    {
        var sql = await ReadSqlAsync(context, options);
        await using var answer = await engine.AnswerAsync(sql, null, context.RequestAborted);
        context.Response.ContentType = answer.ContentType;

        // From here on a failure must cut the connection: bytes that are written and not yet sent could not be taken back for a problem document.
        await context.Response.StartAsync(context.RequestAborted);
        await answer.CopyToAsync(context.Response.BodyWriter, context.RequestAborted);
    }

    private static async Task<string> ReadSqlAsync(HttpContext context, QueryOptions options)
    {
        var sizeBytesMax = (options.MaxSqlBytes * (long)JsonGrowthMax) + EnvelopeBytesMax;
        var body = await RequestBody.ReadAsync(
            context,
            sizeBytesMax,
            () => new LakehouseException(
                ErrorKind.TooLarge, "query_too_large", $"The body is larger than {sizeBytesMax} bytes, which no query within query.max_sql_bytes needs."));
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

    private static LakehouseException Invalid(string reason, Exception? inner) =>
        new(ErrorKind.InvalidInput, "invalid_request", $"The request is refused: {reason}.", inner);

    private sealed record SqlRequest(string? Sql);
}
