using Microsoft.AspNetCore.Builder;

namespace Lakehouse.Core.Requests;

/// <summary>Declares <see cref="QueryParameters"/>.</summary>
public static class QueryParameterConventions
{
    /// <summary>Says which parameters the endpoint takes. One that says nothing takes none.</summary>
    public static TBuilder TakesQuery<TBuilder>(this TBuilder endpoint, params string[] names)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new QueryParameters(names));
}
