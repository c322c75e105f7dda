using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Lakehouse.Core.Configuration;

/// <summary>Background services that write into the lake.</summary>
public static class WritingServices
{
    /// <summary>Adds a background service that a reader does not start (<see cref="LakeOptions.IsReader"/>). The service itself is registered.</summary>
    public static IServiceCollection AddWritingService<T>(this IServiceCollection services)
        where T : class, IHostedService => services.AddSingleton<IHostedService>(
            provider => provider.GetRequiredService<LakeOptions>().IsReader ? new Idle() : provider.GetRequiredService<T>());

    private sealed class Idle : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
