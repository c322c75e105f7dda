using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Lakehouse.Host.Server.Edge;

/// <summary>
/// An entry of <c>server.allowed_hosts</c>: a name or an address, with or without a port, e.g. <c>lake.local</c>, <c>lake.local:8080</c>, <c>192.168.1.7</c>,
/// <c>[fd00::1]</c>. <c>*.lan</c> matches every name below <c>lan</c>, but not <c>lan</c> itself.
/// </summary>
public sealed record HostPattern
{
    /// <summary>The allowed forms, for messages.</summary>
    public const string Syntax = "a host name or an address, with or without a port, e.g. \"lake.local\", \"lake.local:8080\" or \"*.lan\"";

    private const string AnyLabel = "*.";
    private const int HttpPort = 80;

    private HostPattern(string host, bool isSuffix, int? port) => (Host, IsSuffix, Port) = (host, isSuffix, port);

    /// <summary>The host name or address; with <see cref="IsSuffix"/>, the end of the name, beginning with a dot.</summary>
    public string Host { get; }

    /// <summary>True for <c>*.name</c>.</summary>
    public bool IsSuffix { get; }

    /// <summary>The port; null for any.</summary>
    public int? Port { get; }

    /// <summary>As <see cref="TryParse"/>, for a text that is known to be valid.</summary>
    /// <exception cref="FormatException">The text is not valid.</exception>
    public static HostPattern Parse(string text) => TryParse(text, out var pattern) ? pattern : throw new FormatException($"'{text}' is no host");

    /// <summary>False when <paramref name="text"/> has none of the forms.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HostPattern? pattern)
    {
        pattern = null;
        var (host, port) = (text, (int?)null);
        if (text.LastIndexOf(':') is var colon and >= 0 && !text.EndsWith(']'))
        {
            if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > IPEndPoint.MaxPort)
            {
                return false;
            }

            (host, port) = (text[..colon], number);
        }

        var isSuffix = host.StartsWith(AnyLabel, StringComparison.Ordinal);
        var name = isSuffix ? host[AnyLabel.Length..] : host;
        if (IsName(name) || (!isSuffix && TryParseAddress(name, out _)))
        {
            pattern = new HostPattern(isSuffix ? "." + name : name, isSuffix, port);
        }

        return pattern is not null;
    }

    /// <summary>An address in the form of a Host header: IPv4 with four decimal numbers, or IPv6 in brackets.</summary>
    public static bool TryParseAddress(string host, [NotNullWhen(true)] out IPAddress? address)
    {
        if (host is ['[', .. var six, ']'])
        {
            return IPAddress.TryParse(six, out address) && address.AddressFamily == AddressFamily.InterNetworkV6;
        }

        // .NET also accepts 127.1 and 0x7f000001, which are refused here.
        return IPAddress.TryParse(host, out address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == host;
    }

    /// <summary>True when the Host header of a request matches.</summary>
    public bool Matches(HostString host) =>
        (Port is null || Port == (host.Port ?? HttpPort))
        && (IsSuffix
            ? host.Host.Length > Host.Length && host.Host.EndsWith(Host, StringComparison.OrdinalIgnoreCase)
            : string.Equals(host.Host, Host, StringComparison.OrdinalIgnoreCase));

    private static bool IsName(string text) =>
        Uri.CheckHostName(text) == UriHostNameType.Dns && text.Any(char.IsAsciiLetter) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
