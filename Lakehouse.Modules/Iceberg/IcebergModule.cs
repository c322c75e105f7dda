using Lakehouse.Catalog;
using Lakehouse.Iceberg.Internal;
using Lakehouse.Iceberg.Internal.Committing;
using Lakehouse.Iceberg.Internal.Http;
using Lakehouse.Iceberg.Internal.Publishing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Iceberg;

/// <summary>Datasets as tables of Apache Iceberg, which other engines read in place.</summary>
public static class IcebergModule
{
    /// <summary>Adds <see cref="IPublishing"/>, which needs the catalog, the store and the changes of rows of other modules.</summary>
    public static IServiceCollection AddIceberg(this IServiceCollection services, IcebergOptions options) => services
        .AddSingleton(options)
        .AddSingleton<TableFiles>()
        .AddSingleton<TablePublisher>()
        .AddSingleton<FileCheck>()
        .AddSingleton<TableWriter>()
        .AddSingleton<RestCatalog>()
        .AddSingleton<IPublishing>(provider => provider.GetRequiredService<TablePublisher>())
        .AddSingleton<IVersionHolder>(provider => provider.GetRequiredService<TablePublisher>())
        .AddHostedService<PublishingService>();

    /// <summary>Maps <c>/v1/catalog/publish</c> and <c>/iceberg/v1</c>.</summary>
    public static IEndpointRouteBuilder MapIceberg(this IEndpointRouteBuilder routes)
    {
        PublishingEndpoints.Map(routes);
        RestCatalogEndpoints.Map(routes);
        return routes;
    }
}
