using System.Text.Json;
using Lakehouse.Access.Internal.Profiles;
using Lakehouse.Core.Configuration;

namespace Lakehouse.Access;

/// <summary>The table <c>[access]</c>.</summary>
public sealed record AccessOptions
{
    /// <summary>A folder of profiles, one file <c>NAME.json</c> each; empty for none. They win over stored ones of the same name.</summary>
    public required string Folder { get; init; }

    /// <summary>How often stored profiles and the folder are looked at for changes that others have made.</summary>
    public required TimeSpan Refresh { get; init; }

    /// <summary>How often the counters of budgets are written, and so how much of them a crash can lose.</summary>
    public required TimeSpan SaveEvery { get; init; }

    /// <summary>The most profiles.</summary>
    public required int MaxProfiles { get; init; }

    /// <summary>The most tokens of a profile.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>The largest profile.</summary>
    public required long MaxProfileBytes { get; init; }

    /// <summary>The tables <c>[profiles.NAME]</c>, each as JSON with its tokens.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Profiles { get; init; }

    /// <summary>Whether the server has a token of its own (<c>auth.token</c>), whose holder is the administrator.</summary>
    public bool HasAdministratorToken { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static AccessOptions Read(SettingsReader settings) => new()
    {
        Folder = settings.Text("access", "folder", "", "a folder, or empty for none"),
        Refresh = settings.Time("access", "refresh", "10s", "100ms", "1h"),
        SaveEvery = settings.Time("access", "save_every", "5s", "100ms", "10m"),
        MaxProfiles = settings.Count("access", "max_profiles", 10_000, 1, 100_000),
        MaxTokens = settings.Count("access", "max_tokens", 20, 1, 1_000),
        MaxProfileBytes = settings.Size("access", "max_profile_bytes", "1MiB", "1KiB", "16MiB"),
        Profiles = ConfiguredProfiles.Read(settings),
    };
}
