using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Http;

namespace Lakehouse.Query.Internal.Http;

/// <summary>Reads bodies that hold a statement.</summary>
internal static class QueryBody
{
    // A character of a query can take six bytes of JSON (\u0041).
    private const int JsonGrowthMax = 6;
    private const int EnvelopeBytesMax = 4_096;

    /// <summary>Reads a body. The caller disposes of it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="form">An example of a body, for errors.</param>
    public static async ValueTask<JsonDocument> ReadAsync(HttpContext context, QueryOptions options, string form)
    {
        var sizeBytesMax = (options.MaxSqlBytes * (long)JsonGrowthMax) + options.MaxParameterBytes + EnvelopeBytesMax;
        return await RequestBody.ReadObjectAsync(
            context,
            sizeBytesMax,
            () => new LakehouseException(
                ErrorKind.TooLarge,
                "query_too_large",
                $"The body is larger than {sizeBytesMax} bytes, which no query within query.max_sql_bytes and query.max_param_bytes needs."),
            form);
    }
}
