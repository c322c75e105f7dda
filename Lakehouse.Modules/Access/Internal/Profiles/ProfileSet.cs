using System.Collections.Frozen;

namespace Lakehouse.Access.Internal.Profiles;

/// <summary>All profiles of one moment. Immutable.</summary>
internal sealed class ProfileSet(IReadOnlyList<LoadedProfile> profiles)
{
    private readonly FrozenDictionary<string, (TokenRecord Token, ProfileCaller Caller)> _byToken = profiles
        .SelectMany(p => p.Stored.Tokens.Select(t => (Token: t, p.Caller)))
        .DistinctBy(t => t.Token.Id)
        .ToFrozenDictionary(t => t.Token.Id, StringComparer.Ordinal);

    private readonly FrozenDictionary<string, ProfileCaller> _byUser = profiles
        .SelectMany(p => p.Caller.Spec.Users.Select(u => (User: u, p.Caller)))
        .DistinctBy(u => u.User, StringComparer.OrdinalIgnoreCase)
        .ToFrozenDictionary(u => u.User, u => u.Caller, StringComparer.OrdinalIgnoreCase);

    /// <summary>The profiles, by name.</summary>
    public IReadOnlyList<LoadedProfile> Profiles => profiles;

    public LoadedProfile? Find(string name) => profiles.FirstOrDefault(p => p.Caller.Name == name);

    /// <summary>The caller of a token that counts now.</summary>
    public ProfileCaller? FindByToken(string token, DateTimeOffset now) =>
        TokenRecord.IdOf(token) is { } id && _byToken.TryGetValue(id, out var found) && found.Token.Fits(token, now) ? found.Caller : null;

    public ProfileCaller? FindByUser(string user) => _byUser.GetValueOrDefault(user);
}
