using Lakehouse.Catalog.Internal;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Catalog;

/// <summary><c>/v1/catalog/*</c>.</summary>
internal static class CatalogEndpoints
{
    public static IEndpointRouteBuilder Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/catalog").WithTags("catalog");
        group.MapPost("register", RegisterAsync).WithSummary("Registers data files that are in the bucket as a dataset");
        group.MapGet("manifest/{name}", Show).WithSummary("The newest version of a dataset");
        group.MapGet("list", List).WithSummary("The newest version of every dataset");
        group.MapPost("refresh", RefreshAsync).WithSummary("Looks for what other processes have committed");
        return routes;
    }

    private static async Task<Ok<RefreshResponse>> RefreshAsync(ICatalog catalog, CancellationToken cancellationToken)
    {
        await catalog.RefreshAsync(cancellationToken);
        return TypedResults.Ok(new RefreshResponse(catalog.List().Count));
    }

    private static async Task<Ok<ManifestResponse>> RegisterAsync(RegisterRequest request, ICatalog catalog, CancellationToken cancellationToken)
    {
        var result = await catalog.CommitAsync(Validate(request), cancellationToken);
        return TypedResults.Ok(ManifestResponse.From(result.Manifest));
    }

    private static Ok<ManifestResponse> Show(string name, ICatalog catalog)
    {
        var manifest = catalog.Find(DatasetName.Parse(name))
            ?? throw new LakehouseException(ErrorKind.NotFound, "dataset_not_found", $"There is no dataset '{name}'. GET /v1/catalog/list names those there are.");
        return TypedResults.Ok(ManifestResponse.From(manifest));
    }

    private static Ok<ListResponse> List(ICatalog catalog)
    {
        var manifests = catalog.List();
        return TypedResults.Ok(new ListResponse([.. manifests.Select(ManifestResponse.From)], manifests.Count));
    }

    private static DatasetCommit Validate(RegisterRequest request)
    {
        var name = DatasetName.Parse(request.Name);
        if (request.RowCount < 0)
        {
            throw new LakehouseException(ErrorKind.InvalidInput, "invalid_row_count", $"row_count is {request.RowCount}; it cannot be negative.");
        }

        var objects = (request.Objects ?? []).Select(o => new DataFile(ObjectKey.Parse(o?.Key), 0, o?.RowCount, o?.Sha256)).ToList();
        var columns = request.Columns ?? [];
        if (columns.Any(c => string.IsNullOrEmpty(c?.Name) || string.IsNullOrEmpty(c.Type)) || columns.DistinctBy(c => c.Name).Count() != columns.Count)
        {
            throw new LakehouseException(ErrorKind.InvalidInput, "invalid_columns", "Every entry of columns needs a name of its own and a type.");
        }

        return new DatasetCommit(name, request.SchemaFingerprint ?? string.Empty, columns, objects, request.RowCount ?? 0);
    }

    private sealed record RefreshResponse(int Count);

    private sealed record ListResponse(IReadOnlyList<ManifestResponse> Manifests, int Count);
}
