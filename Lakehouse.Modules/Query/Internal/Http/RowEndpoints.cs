using Lakehouse.Core.Access;
using Lakehouse.Core.Names;
using Lakehouse.Core.Requests;
using Lakehouse.Query.Rows;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Query.Internal.Http;

/// <summary><c>/v1/catalog/dataset/{name}/rows</c>.</summary>
internal static class RowEndpoints
{
    private const string Form = "{\"where\":\"id = ?\",\"params\":[7]}";
    private const string Where = "where";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/v1/catalog/dataset/{name}/rows", DeleteAsync)
            .WithTags("query")
            .Needs(AccessAction.Write)
            .WithMetadata(ReadsBody.Instance)
            .TakesQuery(Where, SqlOptions.ParameterPrefix + "*")
            .WithSummary("Removes the rows of a dataset for which a condition is true");

    private static async Task<Ok<DeleteResponse>> DeleteAsync(HttpContext context, string name, IDatasetRows rows, QueryOptions options)
    {
        var (condition, parameters) = await ReadAsync(context, options);
        var change = await rows.DeleteAsync(DatasetName.Parse(name), condition, parameters, context.RequestAborted);
        var (dataset, isUnchanged) = change.Result;
        return TypedResults.Ok(new DeleteResponse(dataset.Name.Value, dataset.Version, change.RemovedCount, dataset.RowCount, isUnchanged));
    }

    /// <summary>The condition stands in the address or in a body.</summary>
    private static async Task<(string Condition, string? Parameters)> ReadAsync(HttpContext context, QueryOptions options)
    {
        if (context.Request.Query[Where] is [{ } condition])
        {
            await RequestBody.RequireNoneAsync(context, "the condition is in the address already (where=)");
            return (condition, SqlOptions.ReadParameters(context.Request.Query, null));
        }

        using var json = await QueryBody.ReadAsync(context, options, Form);
        var body = new JsonMembers(json.RootElement);
        var read = (body.RequiredText(Where), SqlOptions.ReadParameters(context.Request.Query, body));
        body.Complete();
        return read;
    }

    /// <summary>What was removed. <c>unchanged</c>: nothing was.</summary>
    private sealed record DeleteResponse(string Name, long Version, long RemovedRows, long RowCount, bool Unchanged);
}
