using System.Security.Cryptography;
using System.Text;
using Lakehouse.Core.Errors;

namespace Lakehouse.Host.Server.Edge;

/// <summary>Lets a request through when its address is allowed and it shows the token. <c>/health</c> is open.</summary>
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

        // Digests have one length, so the comparison takes one time, whatever was sent.
        if (_expected is not null && !CryptographicOperations.FixedTimeEquals(_expected, Digest(TokenOf(context.Request.Headers.Authorization.ToString()))))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new LakehouseException(
                ErrorKind.Unauthenticated, "token_required", "The request needs the header 'Authorization: Bearer <token>' with the token of auth.token.");
        }

        return _next(context);
    }

    /// <summary>What follows the scheme, whose case says nothing (RFC 9110, section 11.1); empty for another scheme, and no token is empty.</summary>
    private static string TokenOf(string header) => header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..] : string.Empty;

    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    [LoggerMessage(
        EventId = 5001, Level = LogLevel.Warning, Message = "auth.allowed_ips: \"{Entry}\" is no address and no network in CIDR form; it is left out")]
    private static partial void LogRejected(ILogger logger, string entry);
}
