using System.Diagnostics.CodeAnalysis;

namespace Lakehouse.Host.Server.Edge;

/// <summary>Where a page comes from: scheme, host and port (RFC 6454), as the header <c>Origin</c> has it.</summary>
public sealed record WebOrigin
{
    /// <summary>What is allowed, in words.</summary>
    public const string Syntax =
        "an origin as browsers write it: http or https, host in lower case, and the port unless it is the scheme's own, "
        + "e.g. \"https://app.example.com:8443\"; no path, no \"*\"";

    private WebOrigin(Uri url) => (Scheme, Host, Port, Text) = (url.Scheme, url.Host, url.Port, url.GetLeftPart(UriPartial.Authority));

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public string Scheme { get; }

    /// <summary>In lower case; an address of IPv6 in brackets.</summary>
    public string Host { get; }

    /// <summary>The scheme's own where none is written.</summary>
    public int Port { get; }

    /// <summary>As browsers write it.</summary>
    public string Text { get; }

    /// <summary>False when <paramref name="text"/> is no origin of a page that was fetched by HTTP, as <c>null</c> is.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out WebOrigin? origin)
    {
        origin = Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            && url is { UserInfo.Length: 0, PathAndQuery: "/", Fragment.Length: 0, HostNameType: not UriHostNameType.Unknown }
            && !text.EndsWith('/')
            && !text.Contains('*', StringComparison.Ordinal)
                ? new WebOrigin(url)
                : null;
        return origin is not null;
    }

    /// <summary>True for an origin as browsers write it: only such a text can be found equal to a header.</summary>
    public static bool IsWritten(string text) => TryParse(text, out var origin) && origin.Text == text;

    /// <summary>True when a request to <paramref name="host"/> goes to the server that the page came from.</summary>
    /// <param name="host">Whom the request is addressed to.</param>
    /// <param name="scheme">The scheme by which it came; null when that is not known, for a proxy may have changed it.</param>
    public bool IsServer(HostString host, string? scheme) =>
        (scheme is null || scheme == Scheme)
        && string.Equals(host.Host, Host, StringComparison.OrdinalIgnoreCase)
        && (host.Port ?? (Scheme == Uri.UriSchemeHttps ? 443 : 80)) == Port;
}
