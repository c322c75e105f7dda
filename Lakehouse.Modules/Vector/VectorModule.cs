using Lakehouse.Vector.Internal;
using Lakehouse.Vector.Internal.Files;
using Lakehouse.Vector.Internal.Http;
using Lakehouse.Vector.Internal.Logs;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Vector;

/// <summary>Registers and maps the vector indexes.</summary>
public static class VectorModule
{
    /// <summary>Adds <see cref="IVectorIndexes"/>. The indexes are read from the bucket before the program accepts requests.</summary>
    public static IServiceCollection AddVector(this IServiceCollection services, VectorOptions options) => services
        .AddSingleton(options)
        .AddSingleton<IndexFiles>()
        .AddSingleton<AliasFiles>()
        .AddSingleton<MemoryBudget>()
        .AddSingleton<WriterLease>()
        .AddSingleton<IndexStore>()
        .AddSingleton<IndexLoader>()
        .AddSingleton<IndexRegistry>()
        .AddSingleton<VectorIndexes>()
        .AddSingleton<IVectorIndexes>(provider => provider.GetRequiredService<VectorIndexes>())
        .AddHostedService(provider => provider.GetRequiredService<WriterLease>()) // before the keeper, so that it is stopped after it
        .AddHostedService<IndexKeeper>()
        .AddHostedService<IndexFollower>();

    /// <summary>Maps <c>/v1/vectors/*</c>.</summary>
    public static IEndpointRouteBuilder MapVector(this IEndpointRouteBuilder routes) => VectorEndpoints.Map(routes);
}
