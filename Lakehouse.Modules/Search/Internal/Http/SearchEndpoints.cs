using System.Text.Json;
using Lakehouse.Core.Access;
using Lakehouse.Core.Requests;
using Lakehouse.Vector;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Search.Internal.Http;

/// <summary><c>/v1/search</c> and the imports of indexes.</summary>
internal static class SearchEndpoints
{
    public static IEndpointRouteBuilder Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/search", SearchAsync)
            .WithTags("search")
            .Needs(AccessAction.Search)
            .WithMetadata(ReadsBody.Instance)
            .WithSummary("Searches an index by meaning, keywords and conditions");
        var group = routes.MapGroup("/v1/vectors/index/{name}/import").WithTags("vectors");
        group.MapPost(string.Empty, ImportAsync)
            .WithMetadata(ReadsBody.Instance)
            .Needs(AccessAction.Write, ResourceKind.Index)
            .WithSummary("Brings the rows of a dataset into an index");
        group.MapGet(string.Empty, ShowAsync).Needs(AccessAction.Search, ResourceKind.Index).WithSummary("The status of the import of an index");
        group.MapDelete(string.Empty, StopAsync)
            .Needs(AccessAction.Admin) // what the index holds would no longer be known to be of that dataset
            .WithSummary("Ends the import of an index and detaches the index from the dataset");
        return routes;
    }

    private static async Task SearchAsync(HttpContext context, ISearcher searcher, SearchOptions options)
    {
        using var body = await ReadAsync(context, options, SearchBody.Form);
        var answer = await searcher.SearchAsync(SearchBody.Read(body.RootElement), context.RequestAborted);
        context.Response.SetIndex(answer.Version);
        await AnswerWriter.SendAsync(context, answer);
    }

    private static async Task<IResult> ImportAsync(string name, HttpContext context, IIndexImports imports, SearchOptions options)
    {
        var index = IndexName.Parse(name);
        using var body = await ReadAsync(context, options, ImportBody.Form);
        var request = ImportBody.Read(body.RootElement);
        if (request is { TextColumn: null, Follow: false })
        {
            return TypedResults.Ok(DirectImportResponse.From(await imports.AddVectorsAsync(index, request, context.RequestAborted)));
        }

        var status = await imports.StartAsync(index, request, context.RequestAborted);
        return TypedResults.Accepted($"/v1/vectors/index/{status.Index}/import", ImportResponse.From(status));
    }

    private static async Task<Ok<ImportResponse>> ShowAsync(string name, IIndexImports imports, CancellationToken cancellationToken) =>
        TypedResults.Ok(ImportResponse.From(await imports.ShowAsync(IndexName.Parse(name), cancellationToken)));

    private static async Task<NoContent> StopAsync(string name, IIndexImports imports, CancellationToken cancellationToken)
    {
        await imports.StopAsync(IndexName.Parse(name), cancellationToken);
        return TypedResults.NoContent();
    }

    private static ValueTask<JsonDocument> ReadAsync(HttpContext context, SearchOptions options, string form) =>
        RequestBody.ReadObjectAsync(context, options.MaxBodyBytes, "search.max_body_bytes", form);
}
