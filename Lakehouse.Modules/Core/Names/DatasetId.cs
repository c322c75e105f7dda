using System.Security.Cryptography;
using System.Text;

namespace Lakehouse.Core.Names;

/// <summary>The identity of a dataset: a UUID of version 5 (RFC 9562, section 5.5) over its name. The same name has the same id on every machine.</summary>
public static class DatasetId
{
    /// <summary>The namespace of all dataset ids.</summary>
    public static readonly Guid Namespace = new("a8f3c1d2-4e5b-5a6c-9d8e-7f0a1b2c3d4e");

    /// <summary>The id of the dataset called <paramref name="name"/>.</summary>
    public static Guid For(DatasetName name) => Version5(Namespace, name.Value);

    /// <summary>The id of something that belongs to another one with an id.</summary>
    /// <param name="owner">The id of the other one.</param>
    /// <param name="name">What it is called there.</param>
    public static Guid Below(Guid owner, string name) => Version5(owner, name);

    /// <summary>A version 5 UUID: SHA-1 over the namespace in network order and the name in UTF-8, cut to 16 bytes, version and variant set.</summary>
    internal static Guid Version5(Guid space, string name)
    {
        var input = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        space.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, input.AsSpan(16));
#pragma warning disable CA5350 // RFC 9562 fixes SHA-1 for version 5; the hash identifies and is not used for security.
        var digest = SHA1.HashData(input);
#pragma warning restore CA5350
        digest[6] = (byte)((digest[6] & 0x0F) | 0x50);
        digest[8] = (byte)((digest[8] & 0x3F) | 0x80);
        return new Guid(digest.AsSpan(0, 16), bigEndian: true);
    }
}
