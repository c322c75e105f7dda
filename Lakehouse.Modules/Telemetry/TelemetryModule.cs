using Lakehouse.Core.Access;
using Lakehouse.Core.Observation;
using Lakehouse.Core.Requests;
using Lakehouse.Telemetry.Internal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Telemetry;

/// <summary>Traces, metrics and logs by OTLP; metrics for Prometheus; whether the server is ready.</summary>
public static class TelemetryModule
{
    /// <summary>Adds what the options name. Without an endpoint nothing is sent, and no provider is made.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, ILoggingBuilder logging, TelemetryOptions options)
    {
        services.AddSingleton(options).AddSingleton<ReadyCheck>();
        Exports.Add(services, logging, options);
        if (options.Measures)
        {
            services.AddSingleton<RequestMetrics>()
                .AddSingleton<IRequestLog>(provider => provider.GetRequiredService<RequestMetrics>())
                .AddSingleton<LakeGauges>()
                .AddHostedService(provider => provider.GetRequiredService<LakeGauges>());
        }

        return services;
    }

    /// <summary>Maps <c>/metrics</c> and <c>/ready</c>.</summary>
    public static IEndpointRouteBuilder MapTelemetry(this IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetRequiredService<TelemetryOptions>().HasPrometheus)
        {
            routes.MapPrometheusScrapingEndpoint("/metrics").Needs(AccessAction.Admin).TakesQuery("name[]").WithTags("telemetry");
        }

        routes.MapGet("/ready", ReadyEndpoint.ShowAsync).WithTags("health").WithSummary("Whether the store and the engine answer");
        return routes;
    }
}
