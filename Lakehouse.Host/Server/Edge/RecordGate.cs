using System.Diagnostics;
using Lakehouse.Core.Observation;
using Microsoft.AspNetCore.Http.Features;

namespace Lakehouse.Host.Server.Edge;

/// <summary>
/// The outermost middleware: writes down what is known of each request, and gives it to the audit when its answer has been sent. Probes are left out, unless
/// they are refused.
/// </summary>
internal sealed class RecordGate(RequestDelegate next, RequestLogs logs, TimeProvider time)
{
    private const string SessionHeader = "Mcp-Session-Id";
    private const string OtherSessionHeader = "X-Session-Id";
    private const string UserHeader = "X-User-Id";
    private const int HeaderLengthMax = 256;

    public Task InvokeAsync(HttpContext context)
    {
        // The id that a tracing client has sent, or a new one of the same form.
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            context.TraceIdentifier = activity.TraceId.ToHexString();
        }

        return logs.IsOn || Tracing.IsOn ? RecordAsync(context) : next(context);
    }

    /// <summary>Whether a path is asked for all the time, by programs that watch this one.</summary>
    public static bool IsProbe(PathString path) => path == "/health" || path == "/ready" || path == "/metrics";

    private async Task RecordAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var request = context.Request;
        var record = new RequestRecord
        {
            StartedAt = time.GetUtcNow(),
            Method = request.Method,
            Path = request.Path.Value,
            TraceId = context.TraceIdentifier,
            Client = context.Connection.RemoteIpAddress,
            SessionId = Header(request, SessionHeader) ?? Header(request, OtherSessionHeader),
            UserId = Header(request, UserHeader),
        };
        var answer = new CountedAnswer(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        context.Features.Set<IHttpResponseBodyFeature>(answer);
        record.Enter();
        try
        {
            await next(context);
        }
        finally
        {
            var isGone = context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted;
            record.Status = isGone ? StatusCodes.Status499ClientClosedRequest : context.Response.StatusCode;
            record.Code ??= isGone ? "client_gone" : null;
            record.Route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText?.TrimEnd('/');
            record.BytesOut = answer.Count;
            record.Elapsed = Stopwatch.GetElapsedTime(started);
            if (!IsProbe(request.Path) || record.Status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
            {
                logs.Add(record);
            }

            Describe(context, record);
        }
    }

    /// <summary>Adds what is known now to the span that the framework has begun for the request, where it is recorded.</summary>
    private static void Describe(HttpContext context, RequestRecord record)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } span)
        {
            return;
        }

        span.DisplayName = $"{record.Method} {record.Route}".TrimEnd();
        span.SetTag("http.request.method", record.Method)
            .SetTag("http.route", record.Route)
            .SetTag("http.response.status_code", record.Status)
            .SetTag("url.path", record.Path)
            .SetTag("url.scheme", context.Request.Scheme)
            .SetTag("client.address", record.Client?.ToString())
            .SetTag("user_agent.original", Header(context.Request, "User-Agent"))
            .SetTag("session.id", record.SessionId)
            .SetTag("user.id", record.UserId)
            .SetTag("lakehouse.profile", record.Profile);
        if (record.Status >= StatusCodes.Status500InternalServerError || (record.Code is not null && record.Status < StatusCodes.Status400BadRequest))
        {
            span.SetTag("error.type", record.Code ?? record.Status.ToString(System.Globalization.CultureInfo.InvariantCulture));
            span.SetStatus(ActivityStatusCode.Error);
        }
        else if (record.Code is not null)
        {
            span.SetTag("lakehouse.error.code", record.Code); // the client's mistake is no error of the server
        }
    }

    private static string? Header(HttpRequest request, string name) =>
        request.Headers.TryGetValue(name, out var values) && values.ToString() is { Length: > 0 } value
            ? value[..Math.Min(value.Length, HeaderLengthMax)]
            : null;
}
