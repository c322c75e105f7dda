using Lakehouse.Audit.Internal;
using Lakehouse.Audit.Internal.Http;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Observation;
using Lakehouse.Query;
using Lakehouse.Query.Rows;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Audit;

/// <summary>The audit: each request is a row of <c>lakehouse.audit</c>.</summary>
public static class AuditModule
{
    /// <summary>Adds an <see cref="IRequestLog"/>. Services that are added later are stopped before its last rows are written.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services, AuditOptions options) => services
        .AddSingleton(options)
        .AddSingleton(new SystemDataset(AuditColumns.Table, AuditColumns.All))
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<AuditLog>(
            provider, provider.GetRequiredService<IRowFiles>().Open(AuditColumns.Given, options.MemoryLimitBytes)))
        .AddSingleton<IAuditState>(provider => provider.GetRequiredService<AuditLog>())
        .AddSingleton<IRequestLog>(provider => provider.GetRequiredService<AuditLog>())
        .AddWritingService<AuditLog>()
        .AddSingleton<AuditRetention>()
        .AddWritingService<AuditRetention>()
        .AddSingleton<AuditSummary>();

    /// <summary>Maps <c>/v1/audit</c>.</summary>
    public static IEndpointRouteBuilder MapAudit(this IEndpointRouteBuilder routes) => AuditEndpoints.Map(routes);
}
