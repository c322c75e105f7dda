using Lakehouse.Embed.Internal;
using Lakehouse.Embed.Internal.Cache;
using Lakehouse.Embed.Internal.Http;
using Lakehouse.Embed.Internal.Providers;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Embed;

/// <summary>Registers and maps embeddings. Needs an <see cref="IEmbedCacheStore"/> from the host.</summary>
public static class EmbedModule
{
    /// <summary>Adds <see cref="IEmbedder"/>.</summary>
    public static IServiceCollection AddEmbed(this IServiceCollection services, EmbedOptions options) => services
        .AddSingleton(options)
        .AddSingleton<UpstreamClient>()
        .AddSingleton<ModelTable>()
        .AddSingleton<EmbeddingCache>()
        .AddSingleton<Embedder>()
        .AddSingleton<IEmbedder>(provider => provider.GetRequiredService<Embedder>())
        .AddHostedService<CacheKeeper>();

    /// <summary>Maps <c>/v1/embed</c>, OpenAI's <c>/v1/embeddings</c> and <c>/v1/models</c>, and Ollama's <c>/api/embed</c>.</summary>
    public static IEndpointRouteBuilder MapEmbed(this IEndpointRouteBuilder routes)
    {
        EmbedEndpoints.Map(routes);
        OpenAiEndpoints.Map(routes);
        OllamaEndpoints.Map(routes);
        return routes;
    }
}
