using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Lakehouse.Host.Server.Edge;

/// <summary>Enforces <c>server.min_request_rate</c> on request bodies, so that a stalled client does not keep a lease that other requests wait for.</summary>
internal sealed class PaceGate(RequestDelegate next, ServerOptions options)
{
    private readonly MinDataRate? _limit = options.MinRequestRate;

    public async Task InvokeAsync(HttpContext context)
    {
        if (_limit is null || context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true })
        {
            await next(context);
            return;
        }

        await using var body = new PacedBody(context.Request.Body, _limit);
        context.Request.Body = body;
        await next(context);
    }
}
