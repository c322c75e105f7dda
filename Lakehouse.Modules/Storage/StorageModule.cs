using Lakehouse.Storage.Internal;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Storage;

/// <summary>Objects: put, get, list, delete; and the scratch space beside them.</summary>
public static class StorageModule
{
    /// <summary>Adds <see cref="IObjectStore"/> and <see cref="IScratchSpace"/>.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, StorageOptions options) => services
        .AddSingleton(options)
        .AddSingleton<IObjectStore, FileObjectStore>()
        .AddSingleton<IScratchSpace, ScratchSpace>()
        .AddSingleton<PutSlots>();

    /// <summary>Maps <c>/v1/storage/*</c>.</summary>
    public static IEndpointRouteBuilder MapStorage(this IEndpointRouteBuilder routes) => StorageEndpoints.Map(routes);
}
