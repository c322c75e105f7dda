using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Lakehouse.Iceberg.Internal.Http;

/// <summary>
/// <c>/iceberg/v1</c>: the REST catalog of Apache Iceberg (open-api/rest-catalog-open-api.yaml of apache/iceberg), as far as it reads. One namespace holds all
/// published datasets.
/// </summary>
internal static class RestCatalogEndpoints
{
    private const string Namespace = "/v1/namespaces/{namespace}";
    private const string Tables = Namespace + "/tables";
    private const string Table = Tables + "/{table}";
    private const int PageMax = 1_000;
    private const long ReportBytesMax = 1 << 20;

    private static readonly string[] Endpoints =
    [
        "GET /v1/{prefix}/namespaces", "GET /v1/{prefix}/namespaces/{namespace}", "HEAD /v1/{prefix}/namespaces/{namespace}",
        "GET /v1/{prefix}/namespaces/{namespace}/tables", "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
        "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}", "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/metrics",
    ];

    /// <summary>What other catalogs offer and this one does not: the method, the path, and what to do instead.</summary>
    private static readonly (string Method, string Path, string Instead)[] Refused =
    [
        ("POST", "/v1/namespaces", "there is one namespace"),
        ("DELETE", Namespace, "there is one namespace"),
        ("POST", Namespace + "/properties", "namespaces have no properties"),
        ("POST", Tables, "POST /v1/ingest makes datasets, and PUT /v1/catalog/publish/{name} makes them tables"),
        ("POST", Table, "POST /v1/ingest and the calls of docs/ingest.md change the rows of datasets"),
        ("DELETE", Table, "DELETE /v1/catalog/publish/{name} ends the publishing of a dataset, and DELETE /v1/catalog/dataset/{name} drops it"),
        ("POST", Namespace + "/register", "POST /v1/catalog/register takes data files in"),
        ("POST", "/v1/tables/rename", "a dataset keeps its name"),
        ("POST", "/v1/transactions/commit", "POST /v1/ingest changes datasets, one at a time"),
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/iceberg").WithTags("iceberg").WithMetadata(new RestProblem()).Needs(AccessAction.Read);
        group.MapGet("/v1/config", ShowConfig).TakesQuery("warehouse").WithSummary("What the catalog offers");
        group.MapGet("/v1/namespaces", ListNamespaces).TakesQuery("parent", "pageToken", "pageSize").WithSummary("The namespaces");
        group.MapMethods(Namespace, ["GET", "HEAD"], ShowNamespace).WithSummary("A namespace");
        group.MapGet(Tables, ListTables).TakesQuery("pageToken", "pageSize").WithSummary("The tables of a namespace");
        group.MapMethods(Table, ["GET", "HEAD"], LoadAsync).Needs(AccessAction.Read, ResourceKind.Dataset, "table").TakesQuery("snapshots")
            .WithSummary("A table's metadata");
        group.MapPost(Table + "/metrics", ReportAsync).Needs(AccessAction.Read, ResourceKind.Dataset, "table").WithMetadata(ReadsBody.Instance)
            .WithSummary("Takes a client's report of a scan, and forgets it");
        foreach (var (method, path, instead) in Refused)
        {
            group.MapMethods(path, [method], RequestDelegate (HttpContext _) => throw new LakehouseException(
                    ErrorKind.NotAcceptable, "iceberg_read_only", $"The catalog does not take this: {instead}."))
                .TakesQuery("purgeRequested").WithMetadata(AnyContentType.Instance, ReadsBody.Instance);
        }
    }

    private static IResult ShowConfig() => Json(new { defaults = new { }, overrides = new { }, endpoints = Endpoints });

    private static IResult ListNamespaces(RestCatalog catalog, string? parent, string? pageToken, string? pageSize)
    {
        _ = (pageToken, PageOf(pageSize));
        if (parent is not null)
        {
            catalog.RequireNamespace(parent);
        }

        return Json(new Dictionary<string, object?>
        {
            ["namespaces"] = parent is null ? new[] { new[] { catalog.Namespace } } : [],
            ["next-page-token"] = null,
        });
    }

    private static IResult ShowNamespace(RestCatalog catalog, [FromRoute(Name = "namespace")] string space, HttpContext context)
    {
        catalog.RequireNamespace(space);
        return HttpMethods.IsHead(context.Request.Method)
            ? TypedResults.NoContent()
            : Json(new { @namespace = new[] { catalog.Namespace }, properties = new { } });
    }

    private static IResult ListTables(RestCatalog catalog, [FromRoute(Name = "namespace")] string space, string? pageToken, string? pageSize)
    {
        catalog.RequireNamespace(space);
        var names = catalog.List().Where(n => string.CompareOrdinal(n, pageToken ?? string.Empty) > 0).ToList();
        var page = names.Take(PageOf(pageSize)).ToList();
        return Json(new Dictionary<string, object?>
        {
            ["identifiers"] = page.Select(n => new { @namespace = new[] { catalog.Namespace }, name = n }),
            ["next-page-token"] = page.Count < names.Count ? page[^1] : null,
        });
    }

    private static async Task<IResult> LoadAsync(
        RestCatalog catalog, [FromRoute(Name = "namespace")] string space, string table, string? snapshots, HttpContext context)
    {
        catalog.RequireNamespace(space);
        var isRefs = snapshots switch
        {
            null or "all" => false,
            "refs" => true,
            _ => throw JsonMembers.Invalid("snapshots is \"all\" or \"refs\""),
        };
        var found = await catalog.LoadAsync(table, context.RequestAborted);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return TypedResults.NoContent();
        }

        var metadata = found.Metadata.ToJson(isRefs);
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(metadata)))}\"";
        context.Response.Headers.ETag = tag;
        if (EntityTagHeaderValue.TryParseList(context.Request.Headers.IfNoneMatch, out var known) && known.Any(k => k.Tag == "*" || k.Tag == tag))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        return TypedResults.Bytes(
            JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?>
            {
                ["metadata-location"] = found.Location,
                ["metadata"] = metadata,
                ["config"] = new Dictionary<string, string>(),
            }),
            "application/json");
    }

    private static async Task<IResult> ReportAsync(
        RestCatalog catalog, [FromRoute(Name = "namespace")] string space, string table, HttpContext context)
    {
        catalog.RequireNamespace(space);
        catalog.Require(table);
        await RequestBody.ReadAsync(context, ReportBytesMax, "the largest report");
        return TypedResults.NoContent();
    }

    private static int PageOf(string? size) => size is null ? PageMax
        : int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1 ? Math.Min(count, PageMax)
        : throw JsonMembers.Invalid("pageSize is a whole number of 1 or more");

    /// <summary>Names of members are the specification's, and not those of this program's answers.</summary>
    private static IResult Json(object answer) => TypedResults.Bytes(JsonSerializer.SerializeToUtf8Bytes(answer), "application/json");

    /// <summary><c>{"error":{"message","type","code"}}</c>.</summary>
    private sealed class RestProblem : IProblemForm
    {
        public void Write(Utf8JsonWriter json, int status, string code, string detail)
        {
            json.WriteStartObject();
            json.WriteStartObject("error"u8);
            json.WriteString("message"u8, $"{detail} ({code})");
            json.WriteString("type"u8, (status, code) switch
            {
                (_, "namespace_not_found") => "NoSuchNamespaceException",
                (StatusCodes.Status404NotFound, _) => "NoSuchTableException",
                (StatusCodes.Status401Unauthorized, _) => "NotAuthorizedException",
                (StatusCodes.Status403Forbidden, _) => "ForbiddenException",
                (StatusCodes.Status406NotAcceptable, _) => "UnsupportedOperationException",
                (StatusCodes.Status409Conflict, _) => "CommitFailedException",
                (StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests, _) => "ServiceUnavailableException",
                ( >= StatusCodes.Status500InternalServerError, _) => "InternalServerException",
                _ => "BadRequestException",
            });
            json.WriteNumber("code"u8, status);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }
}
