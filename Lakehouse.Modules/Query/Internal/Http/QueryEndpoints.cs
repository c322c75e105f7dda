using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Query.Internal.Http;

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

        // From here on an error must cut the connection: bytes that are written, even if not sent yet, cannot be replaced by a problem document.
        await context.Response.StartAsync(context.RequestAborted);
        await answer.CopyToAsync(context.Response.BodyWriter, context.RequestAborted);
    }

    private static async Task<string> ReadSqlAsync(HttpContext context, QueryOptions options)
    {
        var sizeBytesMax = (options.MaxSqlBytes * (long)JsonGrowthMax) + EnvelopeBytesMax;
        using var json = await RequestBody.ReadObjectAsync(
            context,
            sizeBytesMax,
            () => new LakehouseException(
                ErrorKind.TooLarge, "query_too_large", $"The body is larger than {sizeBytesMax} bytes, which no query within query.max_sql_bytes needs."),
            "{\"sql\":\"SELECT 1\"}");
        var body = new JsonMembers(json.RootElement, ignoresCase: true);
        var sql = body.Text("sql") ?? throw body.Missing("sql");
        body.Complete();
        return sql;
    }
}
