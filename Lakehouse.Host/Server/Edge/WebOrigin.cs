using System.Diagnostics.CodeAnalysis;

namespace Lakehouse.Host.Server.Edge;

/// <summary>The origin of a web page: scheme, host and port (RFC 6454), as in the header <c>Origin</c>.</summary>
public sealed record WebOrigin
{
    /// <summary>The allowed form, for messages.</summary>
    public const string Syntax =
        "an origin as browsers write it: http or https, host in lower case, and the port unless it is the scheme's own, "
        + "e.g. \"https://app.example.com:8443\"; no path, no \"*\"";

    private WebOrigin(Uri url) => (Scheme, Host, Port, Text) = (url.Scheme, url.Host, url.Port, url.GetLeftPart(UriPartial.Authority));

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public string Scheme { get; }

    /// <summary>The host in lower case; an IPv6 address in brackets.</summary>
    public string Host { get; }

    /// <summary>The port; the scheme's default when none is written.</summary>
    public int Port { get; }

    /// <summary>The origin as browsers write it.</summary>
    public string Text { get; }

    /// <summary>
    /// False when <paramref name="text"/> is not an origin with http or https. The text <c>null</c>, which browsers send for opaque origins, is not.
    /// </summary>
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

    /// <summary>True for an origin written exactly as browsers write it: only such a text can equal a header.</summary>
    public static bool IsWritten(string text) => TryParse(text, out var origin) && origin.Text == text;

    /// <summary>True when a request to <paramref name="host"/> goes to the server that the page came from.</summary>
    /// <param name="host">The header Host of the request.</param>
    /// <param name="scheme">The scheme of the request; null when it is not known, because a proxy may have changed it.</param>
    public bool IsServer(HostString host, string? scheme) =>
        (scheme is null || scheme == Scheme)
        && string.Equals(host.Host, Host, StringComparison.OrdinalIgnoreCase)
        && (host.Port ?? (Scheme == Uri.UriSchemeHttps ? 443 : 80)) == Port;
}
