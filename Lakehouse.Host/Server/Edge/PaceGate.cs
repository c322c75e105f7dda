using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Lakehouse.Host.Server.Edge;

/// <summary>Has the bodies of requests keep <c>server.min_request_rate</c>, so that a sender that stalls does not hold a place that others wait for.</summary>
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
