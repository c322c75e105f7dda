using Microsoft.AspNetCore.Builder;

namespace Lakehouse.Core.Requests;

/// <summary>Declares <see cref="QueryParameters"/>.</summary>
public static class QueryParameterConventions
{
    /// <summary>Declares the query parameters of an endpoint. An endpoint without this declaration accepts none.</summary>
    public static TBuilder TakesQuery<TBuilder>(this TBuilder endpoint, params string[] names)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new QueryParameters(names));
}
