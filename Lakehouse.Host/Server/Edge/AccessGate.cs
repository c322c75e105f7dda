using System.Security.Cryptography;
using System.Text;
using Lakehouse.Core.Errors;

namespace Lakehouse.Host.Server.Edge;

/// <summary>Lets a request through when its client address is allowed and it carries the token. <c>/health</c> is open to all.</summary>
internal sealed partial class AccessGate
{
    private const string Scheme = "Bearer ";

    private readonly RequestDelegate _next;
    private readonly AllowedNetworks _networks;
    private readonly byte[]? _expected;

    public AccessGate(RequestDelegate next, AuthOptions options, ILogger<AccessGate> logger)
    {
        _next = next;
        _networks = new AllowedNetworks(options.AllowedIps);
        _expected = options.Token.Length == 0 ? null : Digest(options.Token);
        foreach (var entry in _networks.Rejected)
        {
            LogRejected(logger, entry);
        }
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path == "/health")
        {
            return _next(context);
        }

        if (!_networks.Contains(context.Connection.RemoteIpAddress))
        {
            throw new LakehouseException(ErrorKind.Forbidden, "address_not_allowed", "Requests from this address are not allowed (auth.allowed_ips).");
        }

        // Digests always have the same length, so the time of the comparison does not depend on what was sent.
        if (_expected is not null && !CryptographicOperations.FixedTimeEquals(_expected, Digest(TokenOf(context.Request.Headers.Authorization.ToString()))))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new LakehouseException(
                ErrorKind.Unauthenticated, "token_required", "The request needs the header 'Authorization: Bearer <token>' with the token of auth.token.");
        }

        return _next(context);
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
