using Lakehouse.Catalog.Internal;
using Lakehouse.Catalog.Internal.Http;
using Lakehouse.Core.Configuration;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Catalog;

/// <summary>Datasets: manifests, versions, commits. Needs an <see cref="IManifestCodec"/> from another module.</summary>
public static class CatalogModule
{
    /// <summary>
    /// Adds <see cref="ICatalog"/>, which reads the manifests from the bucket before the program accepts requests, and <see cref="IDatasetHistory"/>.
    /// </summary>
    public static IServiceCollection AddCatalog(this IServiceCollection services, CatalogOptions options) => services
        .AddSingleton(options)
        .AddSingleton<ManifestFiles>()
        .AddSingleton<ICatalog, ManifestCatalog>()
        .AddSingleton<IDatasetHistory, DatasetHistory>()
        .AddSingleton<IGarbageCollector, GarbageCollector>()
        .AddHostedService<CatalogRefresher>()
        .AddSingleton<CollectionSchedule>()
        .AddWritingService<CollectionSchedule>();

    /// <summary>Maps <c>/v1/catalog/*</c>.</summary>
    public static IEndpointRouteBuilder MapCatalog(this IEndpointRouteBuilder routes) => CatalogEndpoints.Map(routes);
}
