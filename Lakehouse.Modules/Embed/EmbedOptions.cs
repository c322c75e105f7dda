using Lakehouse.Core.Configuration;

namespace Lakehouse.Embed;

/// <summary>The settings of the table <c>[embed]</c> and of the tables <c>[embed.models.NAME]</c>.</summary>
public sealed record EmbedOptions
{
    /// <summary>The default model; its provider also serves models without a table.</summary>
    public required EmbedModelOptions Default { get; init; }

    /// <summary>The models by name, including the default and the built-in one.</summary>
    public required IReadOnlyDictionary<string, EmbedModelOptions> Models { get; init; }

    /// <summary>How many texts the cache holds; 0 for no cache.</summary>
    public required int CacheSize { get; init; }

    /// <summary>True to save the cache across restarts.</summary>
    public required bool CachePersist { get; init; }

    /// <summary>How often a cache that has changed is saved.</summary>
    public required TimeSpan CacheSaveEvery { get; init; }

    /// <summary>How long one call may take for all its texts together.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>The most texts of a call.</summary>
    public required int MaxTexts { get; init; }

    /// <summary>The largest body of a request.</summary>
    public required long MaxBodyBytes { get; init; }

    /// <summary>The largest answer of a provider.</summary>
    public required long MaxAnswerBytes { get; init; }

    /// <summary>How many calls to providers run at once.</summary>
    public required int MaxConcurrentCalls { get; init; }

    /// <summary>How many calls to providers wait for a lease.</summary>
    public required int MaxWaiting { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static EmbedOptions Read(SettingsReader settings) => Internal.EmbedSettings.Read(settings);
}
