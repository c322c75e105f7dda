using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
using Lakehouse.Iceberg.Internal.Committing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Lakehouse.Iceberg.Internal.Http;

/// <summary>
/// <c>/iceberg/v1</c>: the REST catalog of Apache Iceberg (open-api/rest-catalog-open-api.yaml of apache/iceberg), for tables. One namespace holds all
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
        "POST /v1/{prefix}/namespaces/{namespace}/tables", "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}",
        "DELETE /v1/{prefix}/namespaces/{namespace}/tables/{table}", "POST /v1/{prefix}/namespaces/{namespace}/register",
    ];

    /// <summary>What other catalogs offer and this one does not: the method, the path, and what to do instead.</summary>
    private static readonly (string Method, string Path, string Instead)[] Refused =
    [
        ("POST", "/v1/namespaces", "there is one namespace"),
        ("DELETE", Namespace, "there is one namespace"),
        ("POST", Namespace + "/properties", "namespaces have no properties"),
        ("POST", "/v1/tables/rename", "a dataset keeps its name"),
        ("POST", "/v1/transactions/commit", "tables are changed one at a time"),
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
        group.MapPost(Tables, CreateAsync).Needs(AccessAction.Write).WithMetadata(ReadsBody.Instance).WithSummary("Creates a table, which is a dataset");
        group.MapPost(Table, CommitAsync).Needs(AccessAction.Write, ResourceKind.Dataset, "table").WithMetadata(ReadsBody.Instance)
            .WithSummary("Commits a change of a table, which becomes a version of the dataset");
        group.MapDelete(Table, DropAsync).Needs(AccessAction.Write, ResourceKind.Dataset, "table").TakesQuery("purgeRequested")
            .WithSummary("Drops a table and its dataset; a later collection removes its objects");
        group.MapPost(Namespace + "/register", RegisterAsync)
            .Needs(AccessAction.Admin) // it can name any object as a data file
            .WithMetadata(ReadsBody.Instance).WithSummary("Makes a dataset of an Iceberg table that is in the bucket");
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

        return Loaded(found.Location, metadata);
    }

    private static async Task<IResult> CreateAsync(
        RestCatalog catalog, TableWriter writer, IcebergOptions options, [FromRoute(Name = "namespace")] string space, HttpContext context)
    {
        catalog.RequireNamespace(space);
        var body = await ReadAsync(context, options);
        var name = catalog.RequireWhole(GivenJson.Text(body, "name"));
        if (GivenJson.Flag(body, "stage-create"))
        {
            return Loaded(null, writer.Stage(name, body).ToJson(isRefs: false));
        }

        var created = await writer.CreateAsync(name, body, context.RequestAborted);
        return Loaded(created.Location, created.Metadata.ToJson(isRefs: false));
    }

    private static async Task<IResult> CommitAsync(
        RestCatalog catalog, TableWriter writer, IcebergOptions options, [FromRoute(Name = "namespace")] string space, string table, HttpContext context)
    {
        catalog.RequireNamespace(space);
        var name = catalog.RequireWhole(table);
        var committed = await writer.CommitAsync(name, await ReadAsync(context, options), context.RequestAborted);
        return Json(new Dictionary<string, object?>
        {
            ["metadata-location"] = committed.Location,
            ["metadata"] = committed.Metadata.ToJson(isRefs: false),
        });
    }

    private static async Task<IResult> DropAsync(
        RestCatalog catalog, TableWriter writer, [FromRoute(Name = "namespace")] string space, string table, string? purgeRequested, HttpContext context)
    {
        _ = purgeRequested; // either way, a collection removes the data files once no kept version has them
        catalog.RequireNamespace(space);
        await writer.DropAsync(await catalog.RequireAsync(table, context.RequestAborted), context.RequestAborted);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> RegisterAsync(
        RestCatalog catalog, TableWriter writer, IcebergOptions options, [FromRoute(Name = "namespace")] string space, HttpContext context)
    {
        catalog.RequireNamespace(space);
        var body = await ReadAsync(context, options);
        if (GivenJson.Flag(body, "overwrite"))
        {
            throw GivenJson.Invalid("a dataset of that name is not overwritten; drop it first");
        }

        var name = catalog.RequireWhole(GivenJson.Text(body, "name"));
        var registered = await writer.RegisterAsync(name, GivenJson.Text(body, "metadata-location"), context.RequestAborted);
        return Loaded(registered.Location, registered.Metadata.ToJson(isRefs: false));
    }

    private static async Task<JsonObject> ReadAsync(HttpContext context, IcebergOptions options)
    {
        var bytes = await RequestBody.ReadAsync(context, options.MaxCommitBytes, "iceberg.max_commit_bytes");
        try
        {
            var body = JsonNode.Parse(bytes.Span, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject;
            _ = body?.ToJsonString(); // reads every text, of which some may be none
            return body ?? throw GivenJson.Invalid("the body is no object of JSON");
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException)
        {
            throw GivenJson.Invalid("the body is no JSON whose texts can be read, or it has a member twice", error);
        }
    }

    private static IResult Loaded(string? location, JsonObject metadata)
    {
        var answer = new Dictionary<string, object?> { ["metadata"] = metadata, ["config"] = new Dictionary<string, string>() };
        if (location is not null)
        {
            answer["metadata-location"] = location; // one that is not created yet has none
        }

        return Json(answer);
    }

    private static async Task<IResult> ReportAsync(
        RestCatalog catalog, [FromRoute(Name = "namespace")] string space, string table, HttpContext context)
    {
        catalog.RequireNamespace(space);
        await catalog.RequireAsync(table, context.RequestAborted);
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
                (_, "table_exists") => "AlreadyExistsException",
                (_, "commit_unknown") => "CommitStateUnknownException",
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
