using Lakehouse.Storage.Internal;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Storage;

/// <summary>Objects: put, get, list, delete; and the scratch space beside them.</summary>
public static class StorageModule
{
    /// <summary>Adds <see cref="IBuckets"/>, <see cref="IObjectStore"/>, which is the primary one, and <see cref="IScratchSpace"/>. Before other modules: buckets are proved before anybody uses them.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, StorageOptions options) => services
        .AddSingleton(options)
        .AddSingleton<Buckets>()
        .AddSingleton<IBuckets>(provider => provider.GetRequiredService<Buckets>())
        .AddHostedService(provider => provider.GetRequiredService<Buckets>())
        .AddSingleton(provider => provider.GetRequiredService<Buckets>().Primary)
        .AddSingleton<IScratchSpace, ScratchSpace>()
        .AddSingleton<PutSlots>();

    /// <summary>Maps <c>/v1/storage/*</c>.</summary>
    public static IEndpointRouteBuilder MapStorage(this IEndpointRouteBuilder routes) => StorageEndpoints.Map(routes);
}
