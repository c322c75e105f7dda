using System.Net;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Lakehouse.Host.Server.Edge;

/// <summary>
/// Refuses requests of web pages of other origins. A browser sends requests of any page to any address, also to loopback addresses, and only headers show where
/// they come from: <c>Host</c> (the page's own name may resolve to this machine: DNS rebinding), <c>Origin</c> and <c>Sec-Fetch-Site</c> (Fetch Metadata).
/// Programs other than browsers do not send the last two, and their requests pass. Pages of <c>server.allowed_origins</c> are allowed by CORS. <c>/health</c>
/// is open to all.
/// </summary>
internal sealed class BrowserGate
{
    private const string FetchSite = "Sec-Fetch-Site";
    private const string FetchMode = "Sec-Fetch-Mode";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Delete];

    private static readonly string[] RequestHeaders =
    [
        HeaderNames.Authorization, HeaderNames.ContentType, HeaderNames.Range, HeaderNames.IfMatch, HeaderNames.IfNoneMatch,
        HeaderNames.IfRange, HeaderNames.IfModifiedSince, HeaderNames.IfUnmodifiedSince, "Idempotency-Key", "Mcp-Session-Id", "MCP-Protocol-Version",
    ];

    private static readonly string[] AnswerHeaders =
    [
        HeaderNames.ETag, HeaderNames.ContentRange, HeaderNames.AcceptRanges, HeaderNames.Location, HeaderNames.RetryAfter, HeaderNames.Allow,
        HeaderNames.WWWAuthenticate, HeaderNames.ContentDisposition, "X-Lakehouse-Query-Id", "X-Lakehouse-Datasets", "X-Lakehouse-Indexes", "X-Lakehouse-Cache",
        "Mcp-Session-Id",
    ];

    // Chromium limits this to two hours, Firefox to 24 hours.
    private static readonly TimeSpan PreflightLifetime = TimeSpan.FromMinutes(10);

    private readonly RequestDelegate _next;
    private readonly IReadOnlyList<HostPattern> _hosts;
    private readonly HashSet<string> _origins;
    private readonly bool _hasToken;
    private readonly ICorsService _cors;
    private readonly CorsPolicy _policy;

    public BrowserGate(RequestDelegate next, ServerOptions options, AuthOptions auth, ICorsService cors)
    {
        _next = next;
        _hosts = options.AllowedHosts;
        _origins = options.AllowedOrigins.ToHashSet(StringComparer.Ordinal);
        _hasToken = auth.Token.Length > 0;
        _cors = cors;
        _policy = new CorsPolicyBuilder([.. _origins])
            .WithMethods(Methods)
            .WithHeaders(RequestHeaders)
            .WithExposedHeaders(AnswerHeaders)
            .SetPreflightMaxAge(PreflightLifetime)
            .Build();
    }

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var origin = request.Headers.Origin.Count > 0 ? request.Headers.Origin.ToString() : null;
        var isAllowed = origin is not null && _origins.Contains(origin);
        ShareAnswer(context, isAllowed);
        if (request.Path == "/health")
        {
            return _next(context);
        }

        RequireHost(context);
        if (!isAllowed)
        {
            RequireOwnPage(request, origin);
        }

        if (isAllowed && HttpMethods.IsOptions(request.Method) && request.Headers.AccessControlRequestMethod.Count > 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        if (origin is not null)
        {
            RequireDeclaredJson(context);
        }

        return _next(context);
    }

    /// <summary>Sets the CORS headers before anything can fail, so that the page can read errors, too.</summary>
    private void ShareAnswer(HttpContext context, bool isAllowed)
    {
        if (_origins.Count > 0)
        {
            context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Origin); // on every answer: a cache must not give one page the answer for another
        }

        if (isAllowed)
        {
            var result = _cors.EvaluatePolicy(context, _policy);
            result.VaryByOrigin = false;
            _cors.ApplyResult(result, context.Response);
        }
    }

    /// <summary>
    /// Refuses host names that are not this server's (DNS rebinding). Not needed with a token, because a page under such a name does not have the token.
    /// </summary>
    private void RequireHost(HttpContext context)
    {
        var host = ReadHost(context.Request);
        if (!_hasToken && !IsOwnAddress(host, context.Connection) && !_hosts.Any(pattern => pattern.Matches(host)))
        {
            throw new LakehouseException(
                ErrorKind.Misdirected,
                "host_not_allowed",
                $"The request is addressed to '{host}', which is not a name of this server. "
                + "Address it as localhost, or list the name in server.allowed_hosts.");
        }
    }

    private static HostString ReadHost(HttpRequest request)
    {
        try
        {
            return request.Host;
        }
        catch (ArgumentException error)
        {
            // The name looks like an international one (xn--) but is not valid.
            throw new LakehouseException(ErrorKind.Misdirected, "host_not_allowed", "The request's header Host is not a valid host name.", error);
        }
    }

    private static bool IsOwnAddress(HostString host, ConnectionInfo connection)
    {
        if (string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        return host.HasValue
            && HostPattern.TryParseAddress(host.Host, out var address)
            && (IPAddress.IsLoopback(address) || (address.Equals(connection.LocalIpAddress) && (host.Port ?? 80) == connection.LocalPort));
    }

    private void RequireOwnPage(HttpRequest request, string? origin)
    {
        var isForeign = origin is not null && !(WebOrigin.TryParse(origin, out var page) && page.IsServer(request.Host, _hasToken ? null : request.Scheme));
        var isCrossSite = request.Headers[FetchSite].ToString() switch
        {
            // Other ports of this machine and sibling host names are the same site, but often another server. Following a link is allowed, because the linking
            // page cannot read the answer.
            "same-site" => origin is null && !(HttpMethods.IsGet(request.Method) && request.Headers[FetchMode] == "navigate"),
            "cross-site" => true,
            _ => false,
        };
        if (isForeign || isCrossSite)
        {
            throw new LakehouseException(
                ErrorKind.Forbidden,
                "origin_not_allowed",
                $"The request comes from a page of another origin{(origin is null ? string.Empty : $" ('{origin}')")}. "
                + "List the page's origin in server.allowed_origins if it may call this server.");
        }
    }

    /// <summary>
    /// Refuses a body that is not declared as JSON. Without a preflight, a page can only send forms and plain text, so this is a second protection behind the
    /// check of the origin.
    /// </summary>
    private static void RequireDeclaredJson(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint
            || endpoint.Metadata.GetMetadata<AnyContentType>() is not null
            || context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true })
        {
            return;
        }

        var isJson = MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                    || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));
        if (!isJson)
        {
            throw new LakehouseException(
                ErrorKind.UnsupportedMedia,
                "unsupported_media_type",
                "A page's request must declare its JSON, with the header 'Content-Type: application/json'.");
        }
    }
}
