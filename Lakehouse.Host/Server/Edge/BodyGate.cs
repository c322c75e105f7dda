using Lakehouse.Core.Requests;

namespace Lakehouse.Host.Server.Edge;

/// <summary>
/// Refuses bodies that the endpoint does not read: a client would take it that an ignored body was applied. Reads at most one byte. <c>/health</c> minds none.
/// </summary>
internal sealed class BodyGate(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is RouteEndpoint endpoint && endpoint.Metadata.GetMetadata<ReadsBody>() is null && context.Request.Path != "/health")
        {
            var parameters = endpoint.Metadata.GetMetadata<QueryParameters>()?.Names ?? [];
            await RequestBody.RequireNoneAsync(context, parameters.Count == 0
                ? "leave it out"
                : $"leave it out; the parameters go into the address: {context.Request.Path}?{string.Join('&', parameters.Select(name => name + "=VALUE"))}");
        }

        await next(context);
    }
}
