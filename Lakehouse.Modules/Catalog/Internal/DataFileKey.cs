using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Lakehouse.Core.Names;

namespace Lakehouse.Catalog.Internal;

/// <summary>
/// Where the lake's own data files are: <c>datasets/&lt;name&gt;/&lt;schema fingerprint&gt;/&lt;first 32 hex digits of the SHA-256&gt;-&lt;8 random
/// ones&gt;.parquet</c>. A key is used once: nothing is ever overwritten, and what was deleted does not come back under its key, so that whoever is late in
/// deleting it takes nothing else.
/// </summary>
internal static class DataFileKey
{
    /// <summary>What all of them start with.</summary>
    public const string Prefix = "datasets/";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private const string Extension = ".parquet";
    private const int FingerprintLength = 64;
    private const int HashLength = 32;
    private const int SuffixLength = 9;

    /// <summary>A new key for a content.</summary>
    /// <param name="name">The dataset.</param>
    /// <param name="fingerprint">That of its columns.</param>
    /// <param name="sha256">Of the file, 64 hexadecimal digits.</param>
    public static ObjectKey New(DatasetName name, SchemaFingerprint fingerprint, string sha256)
    {
        Span<byte> random = stackalloc byte[sizeof(uint)];
        RandomNumberGenerator.Fill(random);
        return ObjectKey.Parse($"{Prefix}{name}/{fingerprint}/{sha256[..HashLength]}-{BinaryPrimitives.ReadUInt32BigEndian(random):x8}{Extension}");
    }

    /// <summary>Whether a key is one of these, or of those without the random digits, which earlier builds wrote.</summary>
    public static bool Is(ObjectKey key)
    {
        var parts = key.Value.Split('/');
        return parts.Length == 4
            && key.StartsWith(Prefix)
            && DatasetName.TryParse(parts[1], out _, out _)
            && parts[2].Length == FingerprintLength
            && IsHex(parts[2])
            && parts[3].EndsWith(Extension, StringComparison.Ordinal)
            && IsContent(parts[3].AsSpan(0, parts[3].Length - Extension.Length));
    }

    /// <summary>Whether a key is one that the lake gave to a content. What a client says of an object is no proof.</summary>
    public static bool IsOf(ObjectKey key, string sha256) =>
        sha256.Length >= HashLength && Is(key) && key.Value.AsSpan(key.Value.LastIndexOf('/') + 1).StartsWith(sha256.AsSpan(0, HashLength));

    /// <summary>
    /// The key under which the lake has a content among some data files; null where it has not. The same content may lie at two keys of the lake's own.
    /// </summary>
    public static ObjectKey? Find(IEnumerable<DataFile> files, string sha256) =>
        files.FirstOrDefault(f => f.Sha256 == sha256 && IsOf(f.Key, sha256))?.Key;

    /// <summary>Whether two data files hold the same, as far as their keys and hashes tell.</summary>
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
