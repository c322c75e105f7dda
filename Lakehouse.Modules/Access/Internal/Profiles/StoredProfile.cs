using System.Text.Json;

namespace Lakehouse.Access.Internal.Profiles;

/// <summary>A profile as it is kept.</summary>
/// <param name="Profile">The profile as it was put.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="UpdatedAt">When either has changed, UTC.</param>
/// <param name="IsDeleted">Whether this version marks it as deleted.</param>
internal sealed record StoredProfile(JsonElement Profile, IReadOnlyList<TokenRecord> Tokens, DateTimeOffset UpdatedAt, bool IsDeleted = false)
{
    private const string TokensMember = "tokens";

    /// <summary>The form in JSON.</summary>
    public static JsonSerializerOptions Json { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Reads a profile that people write: as it is put, with its tokens as one more member.</summary>
    /// <exception cref="JsonException">It is no object, or its tokens are none.</exception>
    public static StoredProfile Read(JsonElement json, DateTimeOffset updatedAt)
    {
        if (json.ValueKind is not JsonValueKind.Object)
        {
            throw new JsonException("it is no object");
        }

        var tokens = json.TryGetProperty(TokensMember, out var list) ? list.Deserialize<List<TokenRecord>>(Json) ?? [] : [];
        var profile = JsonSerializer.SerializeToElement(json.EnumerateObject().Where(m => m.Name != TokensMember).ToDictionary(m => m.Name, m => m.Value));
        return new StoredProfile(profile, tokens, updatedAt);
    }
}
