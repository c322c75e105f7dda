using Microsoft.AspNetCore.Http;

namespace Lakehouse.Telemetry.Internal;

/// <summary><c>/ready</c>: open to everyone, as <c>/health</c>, which says only that the process answers.</summary>
internal static class ReadyEndpoint
{
    public static async Task<IResult> ShowAsync(ReadyCheck check, HttpContext context)
    {
        var state = await check.AskAsync(context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(
            new { status = state.IsReady ? "ready" : "not_ready", store = state.Store ?? "ok", engine = state.Engine ?? "ok" },
            statusCode: state.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
