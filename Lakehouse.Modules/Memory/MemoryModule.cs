using Lakehouse.Memory.Internal;
using Lakehouse.Memory.Internal.Distilling;
using Lakehouse.Memory.Internal.Http;
using Lakehouse.Query.Rows;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Memory;

/// <summary>Memories of what worked.</summary>
public static class MemoryModule
{
    /// <summary>Adds <see cref="IMemories"/>.</summary>
    public static IServiceCollection AddMemory(this IServiceCollection services, MemoryOptions options) => services
        .AddSingleton(options)
        .AddSingleton<MemoryIndexes>()
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<MemoryRows>(
            provider, provider.GetRequiredService<IRowFiles>().Open(MemoryColumns.Given, options.MemoryLimitBytes)))
        .AddSingleton<IMemories, MemoryStore>()
        .AddSingleton(options.Chat)
        .AddSingleton<ChatTitles>()
        .AddSingleton<SourceReader>()
        .AddSingleton(provider => new PlaybookFiles(provider.GetRequiredService<IRowFiles>().Open(PlaybookColumns.Given, options.MemoryLimitBytes)))
        .AddSingleton<IPlaybooks, Distiller>();

    /// <summary>Maps <c>/v1/memory</c>.</summary>
    public static IEndpointRouteBuilder MapMemory(this IEndpointRouteBuilder routes) => MemoryEndpoints.Map(routes);
}
