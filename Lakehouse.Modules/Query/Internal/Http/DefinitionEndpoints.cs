using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Names;
using Lakehouse.Core.Requests;
using Lakehouse.Query.Internal.Stored;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Query.Internal.Http;

/// <summary><c>/v1/catalog/view</c> and <c>/v1/catalog/derived</c>.</summary>
internal static class DefinitionEndpoints
{
    private const string Form = "{\"sql\":\"SELECT 1 AS one\"}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/catalog").WithTags("query");
        group.MapPut("view/{name}", PutViewAsync)
            .WithMetadata(ReadsBody.Instance)
            .Needs(AccessAction.Write, ResourceKind.View)
            .WithSummary("Stores a named query, which FROM can name like a dataset");
        group.MapGet("view/{name}", ShowView).Needs(AccessAction.Read, ResourceKind.View).WithSummary("A view");
        group.MapDelete("view/{name}", DropViewAsync).Needs(AccessAction.Write, ResourceKind.View).WithSummary("Drops a view");
        group.MapGet("views", ListViews).Needs(AccessAction.Read).WithSummary("The views");
        group.MapPut("derived/{name}", PutDerivedAsync)
            .WithMetadata(ReadsBody.Instance)
            .WithSummary("Makes a dataset of a query, and makes it again when what the query reads has a new version");
        group.MapGet("derived/{name}", ShowDerived).WithSummary("A derived dataset, its state and its last error");
        group.MapDelete("derived/{name}", DropDerivedAsync).WithSummary("Drops a derived dataset");
        group.MapGet("derived", ListDerived).WithSummary("The derived datasets");
    }

    private static async Task<Ok<ViewResponse>> PutViewAsync(HttpContext context, string name, IViews views, QueryOptions options) =>
        TypedResults.Ok(ViewResponse.From(await views.PutAsync(DatasetName.Parse(name), await ReadSqlAsync(context, options), context.RequestAborted)));

    private static Ok<ViewResponse> ShowView(string name, IViews views) =>
        TypedResults.Ok(ViewResponse.From(Caller.Current.See(views.Find(DatasetName.Parse(name)))));

    private static async Task<Ok<DropResponse>> DropViewAsync(string name, ICatalog catalog, CancellationToken cancellationToken) =>
        TypedResults.Ok(DropResponse.From(await catalog.DropViewAsync(DatasetName.Parse(name), cancellationToken)));

    private static Ok<ViewListResponse> ListViews(ICatalog catalog) =>
        TypedResults.Ok(new ViewListResponse([.. Caller.Current.See(catalog.ListViews()).Select(ViewResponse.From)]));

    private static async Task<Ok<DerivedResponse>> PutDerivedAsync(HttpContext context, string name, DerivedDatasets derived, QueryOptions options)
    {
        var request = new QueryRequest(await ReadSqlAsync(context, options));
        var dataset = await derived.DefineAsync(DatasetName.Parse(name), request, context.RequestAborted);
        return TypedResults.Ok(DerivedResponse.From(dataset, derived));
    }

    private static Ok<DerivedResponse> ShowDerived(string name, DerivedDatasets derived) =>
        TypedResults.Ok(DerivedResponse.From(derived.Find(DatasetName.Parse(name)), derived));

    private static async Task<Ok<DropResponse>> DropDerivedAsync(string name, DerivedDatasets derived, ICatalog catalog, CancellationToken cancellationToken) =>
        TypedResults.Ok(DropResponse.From(await catalog.DropAsync(derived.Find(DatasetName.Parse(name)).Name, cancellationToken)));

    private static Ok<DerivedListResponse> ListDerived(DerivedDatasets derived) =>
        TypedResults.Ok(new DerivedListResponse([.. derived.List().Select(d => DerivedResponse.From(d, derived))]));

    private static async Task<string> ReadSqlAsync(HttpContext context, QueryOptions options)
    {
        using var json = await QueryBody.ReadAsync(context, options, Form);
        var body = new JsonMembers(json.RootElement);
        var sql = body.RequiredText("sql");
        body.Complete();
        return sql;
    }

    private sealed record ViewListResponse(IReadOnlyList<ViewResponse> Views);

    private sealed record DerivedListResponse(IReadOnlyList<DerivedResponse> Derived);

    private sealed record ViewResponse(
        string Name, long Version, string Sql, IReadOnlyList<DatasetColumn> Columns, IReadOnlyList<SourceVersion> Sources, DateTime UpdatedAt)
    {
        public static ViewResponse From(Manifest view) => new(
            view.Name.Value, view.Version, view.Definition!.Sql, view.Columns, view.Definition.Sources, view.UpdatedAt.UtcDateTime);
    }

    private sealed record DerivedResponse(
        string Name,
        string State,
        long Version,
        string Sql,
        IReadOnlyList<SourceVersion> Sources,
        long RowCount,
        DateTime UpdatedAt,
        DateTime? LastRunAt,
        long? LastRunMs,
        ErrorResponse? LastError)
    {
        public static DerivedResponse From(Manifest dataset, DerivedDatasets derived)
        {
            var (state, run) = derived.StateOf(dataset);
            return new DerivedResponse(
                dataset.Name.Value,
                JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString()),
                dataset.Version,
                dataset.Definition!.Sql,
                dataset.Definition.Sources,
                dataset.RowCount,
                dataset.UpdatedAt.UtcDateTime,
                (run?.StartedAt ?? dataset.UpdatedAt).UtcDateTime,
                (long?)run?.Took?.TotalMilliseconds,
                run?.Error is { } error ? new ErrorResponse(error.Code, error.Message, run.RetryAt.UtcDateTime) : null);
        }
    }

    private sealed record ErrorResponse(string Code, string Detail, DateTime RetryAt);

    private sealed record DropResponse(string Name, long Version, DateTime DroppedAt)
    {
        public static DropResponse From(Manifest dropped) => new(dropped.Name.Value, dropped.Version, dropped.UpdatedAt.UtcDateTime);
    }
}
