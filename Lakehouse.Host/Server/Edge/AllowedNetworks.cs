using System.Globalization;
using System.Net;

namespace Lakehouse.Host.Server.Edge;

/// <summary>
/// A list of networks in CIDR form (RFC 4632); a single address is a network of one. Entries that cannot be read are left out. A list without any readable
/// entry allows nobody, so that a typing error does not open the server to everyone.
/// </summary>
public sealed class AllowedNetworks
{
    private readonly List<(byte[] Prefix, int Bits)> _networks = [];
    private readonly bool _isOpen;

    /// <summary>Reads the entries; an empty list allows everyone.</summary>
    public AllowedNetworks(IReadOnlyList<string> entries)
    {
        _isOpen = entries.Count == 0;
        var rejected = new List<string>();
        foreach (var entry in entries)
        {
            if (TryParse(entry, out var network))
            {
                _networks.Add(network);
            }
            else
            {
                rejected.Add(entry);
            }
        }

        Rejected = rejected;
    }

    /// <summary>The entries that were left out.</summary>
    public IReadOnlyList<string> Rejected { get; }

    /// <summary>True when <paramref name="address"/> may connect. Null, an unknown address, is allowed only when everyone is.</summary>
    public bool Contains(IPAddress? address)
    {
        if (_isOpen)
        {
            return true;
        }

        if (address is null)
        {
            return false;
        }

        var bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        return _networks.Exists(network => network.Prefix.Length == bytes.Length && SameBits(network.Prefix, bytes, network.Bits));
    }

    private static bool TryParse(string entry, out (byte[] Prefix, int Bits) network)
    {
        network = default;
        var slash = entry.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? entry : entry[..slash], out var address))
        {
            return false;
        }

        var prefix = address.GetAddressBytes();
        var bits = prefix.Length * 8;
        if (slash >= 0 && (!int.TryParse(entry.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > prefix.Length * 8))
        {
            return false;
        }

        network = (prefix, bits);
        return true;
    }

    private static bool SameBits(byte[] left, byte[] right, int bits)
    {
        var whole = bits / 8;
        var mask = (byte)(0xFF << (8 - (bits % 8)));
        return left.AsSpan(0, whole).SequenceEqual(right.AsSpan(0, whole))
            && (bits % 8 == 0 || (left[whole] & mask) == (right[whole] & mask));
    }
}
