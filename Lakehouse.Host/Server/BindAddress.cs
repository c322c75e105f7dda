using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Lakehouse.Host.Server;

/// <summary>
/// Where to listen, in the form of <c>server.bind</c>: <c>127.0.0.1:3110</c>, <c>[::1]:3110</c>, <c>localhost:3110</c>, <c>:3110</c> (every address), or a host
/// name. Port 0 takes any free one.
/// </summary>
public sealed record BindAddress
{
    private BindAddress(string text, IPAddress? address, string? hostName, int port) =>
        (Text, Address, HostName, Port) = (text, address, hostName, port);

    /// <summary>The text of the setting.</summary>
    public string Text { get; }

    /// <summary>The address; null for <see cref="HostName"/>.</summary>
    public IPAddress? Address { get; }

    /// <summary>A name that is looked up when the program starts, or <c>localhost</c>; null for an address.</summary>
    public string? HostName { get; }

    /// <summary>0 to 65,535.</summary>
    public int Port { get; }

    /// <summary>True for <c>localhost</c>, which means both loopback addresses and is not looked up.</summary>
    public bool IsLocalhost => string.Equals(HostName, "localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// True when only programs on this machine can connect. False for every name other than <c>localhost</c>, because what a name resolves to can change.
    /// </summary>
    public bool IsLoopback => IsLocalhost || (Address is not null && IPAddress.IsLoopback(Address));

    /// <summary>False when <paramref name="text"/> has none of the forms.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out BindAddress? bind)
    {
        bind = null;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (colon < 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > IPEndPoint.MaxPort)
        {
            return false;
        }

        var host = text![..colon];
        if (host.Length == 0)
        {
            bind = new BindAddress(text, IPAddress.Any, null, port);
        }
        else if (host[0] == '[')
        {
            if (host[^1] == ']' && host.Length > 2 && IPAddress.TryParse(host.AsSpan(1, host.Length - 2), out var six)
                && six.AddressFamily == AddressFamily.InterNetworkV6)
            {
                bind = new BindAddress(text, six, null, port);
            }
        }
        else if (IPAddress.TryParse(host, out var four))
        {
            // .NET also accepts 127.1, 0x7f000001 and ::1 without brackets. Such ambiguous forms are refused.
            bind = four.ToString() == host && four.AddressFamily == AddressFamily.InterNetwork ? new BindAddress(text, four, null, port) : null;
        }
        else if (Uri.CheckHostName(host) == UriHostNameType.Dns && host.Any(char.IsAsciiLetter))
        {
            bind = new BindAddress(text, null, host, port);
        }

        return bind is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
