using System.Net;
using System.Security.Cryptography;
using System.Text;
using Lakehouse.Access;
using Lakehouse.Core.Access;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Observation;

namespace Lakehouse.Host.Server.Edge;

/// <summary>
/// Lets a request through when its client address is allowed, and finds out on whose behalf it is made: the administrator's with the token of the server,
/// that of a profile with one of its tokens or through a trusted proxy. Then it must be one that the caller may make. <c>/health</c> and
/// <c>/ready</c> are open to all.
/// </summary>
internal sealed partial class AccessGate
{
    private const string Scheme = "Bearer ";
    private const string ForwardedFor = "X-Forwarded-For";
    private const string ForwardedUser = "X-Forwarded-User";

    private readonly RequestDelegate _next;
    private readonly AllowedNetworks _networks;
    private readonly AllowedNetworks? _proxies;
    private readonly IProfiles _profiles;
    private readonly byte[]? _expected;
    private readonly LakeOptions? _reader;

    public AccessGate(RequestDelegate next, AuthOptions options, LakeOptions lake, IProfiles profiles, ILogger<AccessGate> logger)
    {
        _next = next;
        _reader = lake.IsReader ? lake : null;
        _profiles = profiles;
        _networks = new AllowedNetworks(options.AllowedIps);
        _proxies = options.TrustedProxies.Count == 0 ? null : new AllowedNetworks(options.TrustedProxies);
        _expected = options.Token.Length == 0 ? null : Digest(options.Token);
        foreach (var entry in _networks.Rejected)
        {
            LogRejected(logger, entry);
        }
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path == "/health" || context.Request.Path == "/ready")
        {
            return _next(context);
        }

        var record = RequestRecord.Current;
        var isProxy = context.Connection.RemoteIpAddress is { } peer && _proxies?.Contains(peer) == true;
        var client = isProxy ? ClientOf(context) : context.Connection.RemoteIpAddress;
        record?.Client = client;
        if (!_networks.Contains(client))
        {
            throw new LakehouseException(ErrorKind.Forbidden, "address_not_allowed", "Requests from this address are not allowed (auth.allowed_ips).");
        }

        var caller = FindCaller(context.Request.Headers, isProxy);
        if (caller is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new LakehouseException(
                ErrorKind.Unauthenticated, "token_required",
                "The request needs the header 'Authorization: Bearer <token>' with the token of auth.token or one of a profile."
                    + (_expected is null ? " The server has no auth.token, so that nobody is its administrator while there are profiles." : string.Empty));
        }

        record?.Profile = caller.Name;
        if (isProxy && context.Request.Headers[ForwardedUser] is [{ Length: > 0 } user])
        {
            record?.UserId = user;
        }

        if (_reader is null)
        {
            Caller.Enter(caller);
        }
        else
        {
            Caller.Enter(caller, _reader);
        }

        if (context.Request.Path != "/v1/whoami")
        {
            // Who has spent its budget can still ask how much of it is left, and when there is more.
            caller.RequireBudget(BudgetKind.Requests);
            caller.Spend(BudgetKind.Requests, 1);
        }

        if ((!caller.IsAdministrator || _reader is not null) && context.GetEndpoint() is { } endpoint)
        {
            Require(caller, endpoint.Metadata.GetMetadata<RequiredAccess>() ?? new RequiredAccess(AccessAction.Admin), context);
        }

        return _next(context);
    }

    private void Require(Caller caller, RequiredAccess required, HttpContext context)
    {
        caller.Require(required.Action);
        var changes = !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method);
        if (_reader is not null && required.Action is AccessAction.Admin && changes)
        {
            throw _reader.ReaderOnly();
        }

        if (required.Kind is { } kind && context.GetRouteValue(required.RouteValue) is string name)
        {
            caller.RequireSeen(kind, name);
        }
    }

    /// <summary>Null for somebody who is nobody.</summary>
    private Caller? FindCaller(IHeaderDictionary headers, bool isProxy)
    {
        var token = TokenOf(headers.Authorization.ToString());

        // Digests always have the same length, so the time of the comparison does not depend on what was sent.
        if (_expected is not null && token.Length > 0 && CryptographicOperations.FixedTimeEquals(_expected, Digest(token)))
        {
            return Caller.Administrator;
        }

        if (token.Length > 0 && _profiles.FindByToken(token) is { } profile)
        {
            return profile;
        }

        if (isProxy && headers.Authorization.Count == 0 && headers[ForwardedUser] is [{ Length: > 0 } user])
        {
            return _profiles.FindByUser(user);
        }

        return _expected is null && !_profiles.HasAny ? Caller.Administrator : null;
    }

    /// <summary>The client for whom a chain of trusted proxies speaks: the last address that is none of them. Null where the header is none.</summary>
    private IPAddress? ClientOf(HttpContext context)
    {
        var chain = context.Request.Headers[ForwardedFor].SelectMany(v => (v ?? string.Empty).Split(',', StringSplitOptions.TrimEntries)).ToList();
        for (var i = chain.Count - 1; i >= 0; i--)
        {
            if (!IPAddress.TryParse(chain[i], out var address))
            {
                return null;
            }

            if (i == 0 || !_proxies!.Contains(address))
            {
                return address;
            }
        }

        return context.Connection.RemoteIpAddress;
    }

    /// <summary>
    /// The token after the scheme, whose case is ignored (RFC 9110, section 11.1). Empty for another scheme; an empty text never matches a token.
    /// </summary>
    private static string TokenOf(string header) => header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..] : string.Empty;

    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    [LoggerMessage(
        EventId = 5001, Level = LogLevel.Warning, Message = "auth.allowed_ips: \"{Entry}\" is not an address or a network in CIDR form; it is ignored")]
    private static partial void LogRejected(ILogger logger, string entry);
}
