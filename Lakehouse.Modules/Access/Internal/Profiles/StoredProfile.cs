using System.Text.Json;

namespace Lakehouse.Access.Internal.Profiles;

/// <summary>A profile as it is kept.</summary>
/// <param name="Profile">The profile as it was put.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="UpdatedAt">When either has changed, UTC.</param>
internal sealed record StoredProfile(JsonElement Profile, IReadOnlyList<TokenRecord> Tokens, DateTimeOffset UpdatedAt);
