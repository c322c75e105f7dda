using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Lakehouse.Core.Names;

namespace Lakehouse.Catalog.Internal;

/// <summary>
/// The keys of the lake's own data files: <c>datasets/&lt;name&gt;/&lt;schema fingerprint&gt;/&lt;first 32 hex digits of the SHA-256&gt;-&lt;8 random
/// ones&gt;.parquet</c>. A key is used once: an object is never overwritten, and the same content gets a new key after a deletion, so that a late second
/// deletion of the old key removes nothing else.
/// </summary>
internal static class DataFileKey
{
    /// <summary>The prefix of all these keys.</summary>
    public const string Prefix = "datasets/";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private const string Extension = ".parquet";
    private const int FingerprintLength = 64;
    private const int HashLength = 32;
    private const int SuffixLength = 9;

    /// <summary>Makes a new key for a data file.</summary>
    /// <param name="name">The dataset.</param>
    /// <param name="fingerprint">The fingerprint of its columns.</param>
    /// <param name="sha256">The SHA-256 of the file, 64 hexadecimal digits.</param>
    public static ObjectKey New(DatasetName name, SchemaFingerprint fingerprint, string sha256)
    {
        Span<byte> random = stackalloc byte[sizeof(uint)];
        RandomNumberGenerator.Fill(random);
        return ObjectKey.Parse($"{Prefix}{name}/{fingerprint}/{sha256[..HashLength]}-{BinaryPrimitives.ReadUInt32BigEndian(random):x8}{Extension}");
    }

    /// <summary>Whether a key has this form, or the form without the random digits, which earlier builds wrote.</summary>
    public static bool Is(ObjectKey key)
    {
        var parts = key.Value.Split('/');
        return parts.Length == 4
            && key.StartsWith(Prefix)
            && DatasetName.TryParseStored(parts[1], out _, out _)
            && parts[2].Length == FingerprintLength
            && IsHex(parts[2])
            && parts[3].EndsWith(Extension, StringComparison.Ordinal)
            && IsContent(parts[3].AsSpan(0, parts[3].Length - Extension.Length));
    }

    /// <summary>
    /// Whether a key is that of a data file which another engine has written into a dataset's table: <c>datasets/&lt;name&gt;/data/...</c>, where nobody else
    /// writes.
    /// </summary>
    public static bool IsOfTable(ObjectKey key)
    {
        var parts = key.Value.Split('/');
        return parts.Length >= 4 && key.StartsWith(Prefix) && DatasetName.TryParseStored(parts[1], out _, out _) && parts[2] == "data";
    }

    /// <summary>Whether a key is one that the lake made for content with this hash. The hash that a client states for another object proves nothing.</summary>
    public static bool IsOf(ObjectKey key, string sha256) =>
        sha256.Length >= HashLength && Is(key) && key.Value.AsSpan(key.Value.LastIndexOf('/') + 1).StartsWith(sha256.AsSpan(0, HashLength));

    /// <summary>
    /// The key of the lake's own data file with this hash, of those given; null when there is none. The same content can be stored under two keys.
    /// </summary>
    public static ObjectKey? Find(IEnumerable<DataFile> files, string sha256) =>
        files.FirstOrDefault(f => f.Sha256 == sha256 && IsOf(f.Key, sha256))?.Key;

    /// <summary>Whether two data files have the same content, as far as their keys and hashes show.</summary>
    public static bool IsSame(DataFile file, OfferedFile offered) =>
        file.Key == offered.Key
        || (file.Sha256 is { } sha256 && sha256 == offered.Sha256 && IsOf(file.Key, sha256) && IsOf(offered.Key, sha256));

    private static bool IsContent(ReadOnlySpan<char> text) =>
        text.Length switch
        {
            HashLength => IsHex(text),
            HashLength + SuffixLength => IsHex(text[..HashLength]) && text[HashLength] == '-' && IsHex(text[(HashLength + 1)..]),
            _ => false,
        };

    private static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(HexDigits);
}
