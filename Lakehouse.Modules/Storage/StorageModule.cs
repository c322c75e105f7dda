using Lakehouse.Core.Configuration;
using Lakehouse.Core.Journal;
using Lakehouse.Storage.Internal;
using Lakehouse.Storage.Internal.Http;
using Lakehouse.Storage.Internal.Journal;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Storage;

/// <summary>Objects: put, get, list, delete; and the scratch space beside them.</summary>
public static class StorageModule
{
    /// <summary>
    /// Adds <see cref="IBuckets"/>, the primary bucket as <see cref="IObjectStore"/>, and <see cref="IScratchSpace"/>. Must be added before other modules, so
    /// that buckets are checked before they are used.
    /// </summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, StorageOptions options) => services
        .AddSingleton(options)
        .AddSingleton(options.Lake)
        .AddSingleton<JournalQueue>()
        .AddSingleton<IJournal>(provider => provider.GetRequiredService<JournalQueue>())
        .AddSingleton<Buckets>()
        .AddSingleton<IBuckets>(provider => provider.GetRequiredService<Buckets>())
        .AddHostedService(provider => provider.GetRequiredService<Buckets>())
        .AddSingleton(provider => provider.GetRequiredService<Buckets>().Primary)
        .AddSingleton<IScratchSpace, ScratchSpace>()
        .AddSingleton<JournalWriter>()
        .AddSingleton<IJournalReader>(provider => provider.GetRequiredService<JournalWriter>())
        .AddWritingService<JournalWriter>()
        .AddSingleton<PutLimiter>();

    /// <summary>Maps <c>/v1/storage/*</c> and <c>/v1/journal</c>.</summary>
    public static IEndpointRouteBuilder MapStorage(this IEndpointRouteBuilder routes)
    {
        JournalEndpoint.Map(routes);
        return StorageEndpoints.Map(routes);
    }
}
