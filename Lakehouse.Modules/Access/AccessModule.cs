using Lakehouse.Access.Internal;
using Lakehouse.Access.Internal.Budgets;
using Lakehouse.Access.Internal.Http;
using Lakehouse.Access.Internal.Profiles;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Access;

/// <summary>Profiles: who calls, what that one may do and see, and how much of it.</summary>
public static class AccessModule
{
    /// <summary>Adds <see cref="IProfiles"/>.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services, AccessOptions options) => services
        .AddSingleton(options)
        .AddSingleton<BudgetLedger>()
        .AddHostedService(provider => provider.GetRequiredService<BudgetLedger>())
        .AddSingleton<DataFileKeys>()
        .AddSingleton<ProfileFiles>()
        .AddSingleton<ProfileTrial>()
        .AddSingleton<ProfileStore>()
        .AddHostedService(provider => provider.GetRequiredService<ProfileStore>())
        .AddSingleton<IProfiles>(provider => provider.GetRequiredService<ProfileStore>());

    /// <summary>Maps <c>/v1/profiles</c> and <c>/v1/whoami</c>.</summary>
    public static IEndpointRouteBuilder MapAccess(this IEndpointRouteBuilder routes) => ProfileEndpoints.Map(routes);
}
