using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Lakehouse.Access.Internal.Profiles;

/// <summary>What is kept of a token: enough to know it again, and not enough to make it.</summary>
/// <param name="Id">The part of the token that names it, hex.</param>
/// <param name="Salt">Random, hex.</param>
/// <param name="Hash">SHA-256 of the salt and the secret part, hex. Secrets are random and long, so that a slow hash would add nothing.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="ExpiresAt">From when on it no longer counts, UTC; null for never.</param>
internal sealed record TokenRecord(string Id, string Salt, string Hash, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    private const string Prefix = "lh_";
    private const int IdBytes = 8;
    private const int SaltBytes = 16;
    private const int SecretBytes = 32;

    /// <summary>Makes a token.</summary>
    public static (TokenRecord Record, string Token) Make(DateTimeOffset now, DateTimeOffset? expiresAt)
    {
        var (id, salt) = (RandomNumberGenerator.GetHexString(IdBytes * 2, lowercase: true), RandomNumberGenerator.GetHexString(SaltBytes * 2, lowercase: true));
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        return (new TokenRecord(id, salt, Convert.ToHexStringLower(HashOf(salt, secret)), now, expiresAt), $"{Prefix}{id}_{secret}");
    }

    /// <summary>The part of a token that names it; null where it has not the form of one.</summary>
    public static string? IdOf(string token)
    {
        const int length = IdBytes * 2;
        return token.StartsWith(Prefix, StringComparison.Ordinal) && token.Length > Prefix.Length + length + 1 && token[Prefix.Length + length] == '_'
            ? token.Substring(Prefix.Length, length)
            : null;
    }

    /// <summary>Whether a token is this one, and counts now.</summary>
    public bool Fits(string token, DateTimeOffset now) =>
        CryptographicOperations.FixedTimeEquals(Convert.FromHexString(Hash), HashOf(Salt, token[(Prefix.Length + Id.Length + 1)..]))
        && !(now >= ExpiresAt);

    private static byte[] HashOf(string salt, string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(salt + secret));
}
