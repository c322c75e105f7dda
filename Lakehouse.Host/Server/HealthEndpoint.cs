using System.Reflection;
using Lakehouse.Catalog;
using Lakehouse.DuckDb;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Lakehouse.Host.Server;

/// <summary><c>/health</c>: open to everyone, so it says nothing that would help an attacker.</summary>
internal static class HealthEndpoint
{
    private static readonly string Version =
        typeof(HealthEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void MapHealth(this IEndpointRouteBuilder routes) => routes.MapGet("/health", Show).WithTags("health");

    private static Ok<HealthResponse> Show(ICatalog catalog) =>
        TypedResults.Ok(new HealthResponse("ok", "gateway", Version, DuckDbDatabase.LibraryVersion, catalog.List().Count));

    private sealed record HealthResponse(string Status, string Service, string Version, string Engine, int Datasets);
}
