using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Lakehouse.Embed.Internal.Cache;

/// <summary>
/// The key of a vector: the model, and the SHA-256 of the text with its prefix in UTF-8. A text that the server may cut off has a separate key, because
/// without truncation the server might refuse it.
/// </summary>
internal readonly record struct CacheKey(int Model, bool Truncate, ulong A, ulong B, ulong C, ulong D)
{
    public const int HashBytes = 32;

    private const int StackBytes = 1_024;

    /// <summary>The key of a text with its prefix.</summary>
    public static CacheKey Of(int model, bool truncate, string prefix, string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(prefix.Length + text.Length);
        byte[]? rented = null;
        var utf8 = most <= StackBytes ? stackalloc byte[StackBytes] : rented = ArrayPool<byte>.Shared.Rent(most);
        var length = Encoding.UTF8.GetBytes(prefix, utf8);
        length += Encoding.UTF8.GetBytes(text, utf8[length..]);
        Span<byte> hash = stackalloc byte[HashBytes];
        SHA256.HashData(utf8[..length], hash);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return From(model, truncate, hash);
    }

    public static CacheKey From(int model, bool truncate, ReadOnlySpan<byte> hash) => new(
        model,
        truncate,
        BinaryPrimitives.ReadUInt64LittleEndian(hash),
        BinaryPrimitives.ReadUInt64LittleEndian(hash[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(hash[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(hash[24..]));

    public void CopyHashTo(Span<byte> hash)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(hash, A);
        BinaryPrimitives.WriteUInt64LittleEndian(hash[8..], B);
        BinaryPrimitives.WriteUInt64LittleEndian(hash[16..], C);
        BinaryPrimitives.WriteUInt64LittleEndian(hash[24..], D);
    }

    /// <summary>Combines two parts of the SHA-256, so that nobody can construct texts that collide.</summary>
    public override int GetHashCode() => HashCode.Combine(A, B, Model);
}
