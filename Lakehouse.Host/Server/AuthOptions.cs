using Lakehouse.Core.Configuration;
using Lakehouse.Host.Server.Edge;

namespace Lakehouse.Host.Server;

/// <summary>The table <c>[auth]</c>.</summary>
public sealed record AuthOptions
{
    /// <summary>The token that every request but <c>/health</c> must carry; empty for none.</summary>
    public required string Token { get; init; }

    /// <summary>Networks that may connect, as written; empty for all.</summary>
    public required IReadOnlyList<string> AllowedIps { get; init; }

    /// <summary>
    /// Networks of proxies that say for whom they speak (<c>X-Forwarded-User</c>, <c>X-Forwarded-For</c>), as written; empty for none.
    /// </summary>
    public required IReadOnlyList<string> TrustedProxies { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static AuthOptions Read(SettingsReader settings) => new()
    {
        Token = settings.Text(
            "auth", "token", "", "visible ASCII characters without blanks; empty for no token", text => text.All(c => c is > ' ' and < '\x7F')),
        AllowedIps = settings.List("auth", "allowed_ips"),
        TrustedProxies = settings.List(
            "auth", "trusted_proxies", "networks in CIDR form, e.g. \"10.0.0.0/8\"", text => new AllowedNetworks([text]).Rejected.Count == 0),
    };
}
