using System.Globalization;
using System.Text.Json;
using Lakehouse.Access.Internal.Profiles;

namespace Lakehouse.Access;

/// <summary>A token for a profile of the configuration or of a folder, made without a server.</summary>
/// <param name="Token">What its holder sends. It is nowhere else.</param>
/// <param name="Id">Names it.</param>
/// <param name="Salt">Random, hex.</param>
/// <param name="Hash">What is kept of it, hex.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="ExpiresAt">From when on it no longer counts, UTC; null for never.</param>
public sealed record NewToken(string Token, string Id, string Salt, string Hash, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    /// <summary>Makes a token.</summary>
    /// <param name="now">The time.</param>
    /// <param name="expiresAt">When it ends; null for never.</param>
    public static NewToken Make(DateTimeOffset now, DateTimeOffset? expiresAt)
    {
        var (record, token) = TokenRecord.Make(now, expiresAt);
        return new NewToken(token, record.Id, record.Salt, record.Hash, record.CreatedAt, record.ExpiresAt);
    }

    /// <summary>What a table of the configuration keeps of it.</summary>
    /// <param name="profile">The profile.</param>
    public string ToToml(string profile) => string.Join(
        '\n', new[] { $"[[profiles.\"{profile}\".tokens]]" }.Concat(Members().Select(m => $"{m.Name} = \"{m.Value}\"")));

    /// <summary>What a file of <c>access.folder</c> keeps of it, an element of its <c>tokens</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(Members().ToDictionary(m => m.Name, m => m.Value));

    private IEnumerable<(string Name, string Value)> Members()
    {
        yield return ("id", Id);
        yield return ("salt", Salt);
        yield return ("hash", Hash);
        yield return ("created_at", TextOf(CreatedAt));
        if (ExpiresAt is { } end)
        {
            yield return ("expires_at", TextOf(end));
        }
    }

    private static string TextOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
