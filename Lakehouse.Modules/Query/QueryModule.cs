using Lakehouse.Query.Internal;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Gate;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Query;

/// <summary>SQL over the datasets.</summary>
public static class QueryModule
{
    /// <summary>Adds <see cref="IQueryEngine"/>.</summary>
    public static IServiceCollection AddQuery(this IServiceCollection services, QueryOptions options) => services
        .AddSingleton(options)
        .AddSingleton<SqlParser>()
        .AddSingleton<SqlGate>()
        .AddSingleton<EnginePool>()
        .AddSingleton<IQueryEngine, QueryEngine>();

    /// <summary>Maps <c>/v1/sql</c>.</summary>
    public static IEndpointRouteBuilder MapQuery(this IEndpointRouteBuilder routes) => QueryEndpoints.Map(routes);
}
