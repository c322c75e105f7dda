using Microsoft.AspNetCore.Builder;

namespace Lakehouse.Core.Access;

/// <summary>Declares <see cref="RequiredAccess"/>.</summary>
public static class AccessConventions
{
    /// <summary>Declares what a caller needs to use an endpoint.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, AccessAction action, ResourceKind? kind = null, string routeValue = "name")
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RequiredAccess(action, kind, routeValue));
}
