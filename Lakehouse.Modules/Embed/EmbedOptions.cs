using Lakehouse.Core.Configuration;

namespace Lakehouse.Embed;

/// <summary>The table <c>[embed]</c> and the tables <c>[embed.models.NAME]</c>.</summary>
public sealed record EmbedOptions
{
    /// <summary>The provider of the default model, and of models that have no table.</summary>
    public required EmbedModelOptions Default { get; init; }

    /// <summary>The models by name, the default and the built-in one among them.</summary>
    public required IReadOnlyDictionary<string, EmbedModelOptions> Models { get; init; }

    /// <summary>Texts in the cache; 0: no cache.</summary>
    public required int CacheSize { get; init; }

    /// <summary>True: the cache is saved across restarts.</summary>
    public required bool CachePersist { get; init; }

    /// <summary>How often a cache that has changed is saved.</summary>
    public required TimeSpan CacheSaveEvery { get; init; }

    /// <summary>How long one call may take, all its texts together.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>The most texts of a call.</summary>
    public required int MaxTexts { get; init; }

    /// <summary>The largest body of a request.</summary>
    public required long MaxBodyBytes { get; init; }

    /// <summary>The largest answer of a provider.</summary>
    public required long MaxAnswerBytes { get; init; }

    /// <summary>Calls of providers at once.</summary>
    public required int MaxConcurrentCalls { get; init; }

    /// <summary>Calls of providers that wait for their turn.</summary>
    public required int MaxWaiting { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static EmbedOptions Read(SettingsReader settings) => Internal.EmbedSettings.Read(settings);
}
