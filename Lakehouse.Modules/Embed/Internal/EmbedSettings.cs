using System.Globalization;
using Lakehouse.Core.Configuration;

namespace Lakehouse.Embed.Internal;

/// <summary>Reads <see cref="EmbedOptions"/>.</summary>
internal static class EmbedSettings
{
    public const string Hashing = "hashing";
    public const string Ollama = "ollama";
    public const string OpenAi = "openai";

    private const string Table = "embed";
    private const string OllamaUrl = "http://127.0.0.1:11434";
    private const int HashingDimension = 1_024;
    private const int DimensionMax = 16_384;

    private static readonly string[] Providers = [Hashing, Ollama, OpenAi];

    /// <summary>The name of the built-in model. "Lexical" says that it compares words and spellings, not meanings.</summary>
    public static string HashingName(int dimension) => string.Create(CultureInfo.InvariantCulture, $"lexical-hashing-{dimension}");

    public static EmbedOptions Read(SettingsReader settings)
    {
        var fallback = ReadDefault(settings, out var builtIn);
        var models = new Dictionary<string, EmbedModelOptions>(StringComparer.Ordinal) { [fallback.Name] = fallback };
        models.TryAdd(builtIn.Name, builtIn);
        foreach (var name in settings.Names("embed.models"))
        {
            models[name] = ReadModel(settings, name, fallback);
        }

        return new EmbedOptions
        {
            Default = models[fallback.Name],
            Models = models,
            CacheSize = settings.Count(Table, "cache_size", 10_000, 0, 10_000_000),
            CachePersist = settings.Flag(Table, "cache_persist", false),
            CacheSaveEvery = settings.Time(Table, "cache_save_every", "1m", "10ms", "1d"),
            Timeout = settings.Time(Table, "timeout", "60s", "10ms", "1h"),
            MaxTexts = settings.Count(Table, "max_texts", 2_048, 1, 100_000),
            MaxBodyBytes = settings.Size(Table, "max_body_bytes", "64MiB", "1KiB", "1GiB"),
            MaxAnswerBytes = settings.Size(Table, "max_answer_bytes", "256MiB", "1KiB", "1GiB"),
            MaxConcurrentCalls = settings.Count(Table, "max_concurrent_calls", 4, 1, 1_024),
            MaxWaiting = settings.Count(Table, "max_waiting", 1_024, 0, 65_536),
        };
    }

    private static EmbedModelOptions ReadDefault(SettingsReader settings, out EmbedModelOptions builtIn)
    {
        var provider = settings.Choice(Table, "provider", Hashing, Providers);
        var url = settings.Url(Table, "url", string.Empty, OllamaUrl);
        var key = settings.Text(Table, "api_key", string.Empty, "a text");
        var name = settings.Text(Table, "default_model", string.Empty, NameRule, IsName);
        var dimension = settings.Count(Table, "dimension", 0, 0, DimensionMax);
        var batch = settings.Count(Table, "batch_size", 64, 1, 2_048);
        var length = (int)settings.Size(Table, "max_text_bytes", "64KiB", "1", "16MiB");
        var hashed = dimension > 0 && provider == Hashing ? dimension : HashingDimension;
        builtIn = new EmbedModelOptions
        {
            Name = HashingName(hashed),
            Provider = Hashing,
            Url = null,
            ApiKey = string.Empty,
            UpstreamModel = HashingName(hashed),
            Dimension = hashed,
            QueryPrefix = string.Empty,
            DocumentPrefix = string.Empty,
            BatchSize = batch,
            MaxTextBytes = length,
        };
        if (provider == Hashing)
        {
            return builtIn with { Name = name.Length > 0 ? name : builtIn.Name };
        }

        if (name.Length == 0)
        {
            settings.AddError($"[{Table}] default_model is empty, and provider = \"{provider}\" needs the name of a model there, e.g. \"nomic-embed-text\".");
        }

        var (query, document) = KnownPrefixes.Of(name);
        return new EmbedModelOptions
        {
            Name = name,
            Provider = provider,
            Url = UrlOf(settings, Table, provider, url),
            ApiKey = key,
            UpstreamModel = name,
            Dimension = dimension,
            QueryPrefix = query,
            DocumentPrefix = document,
            BatchSize = batch,
            MaxTextBytes = length,
        };
    }

    private static EmbedModelOptions ReadModel(SettingsReader settings, string name, EmbedModelOptions fallback)
    {
        var table = $"embed.models.{name}";
        if (!IsName(name))
        {
            settings.AddError($"[{table}]: the model's name is refused. Allowed: {NameRule}.");
        }

        var provider = settings.Choice(table, "provider", fallback.Provider, Providers);
        var isSame = provider == fallback.Provider;
        var url = settings.Url(table, "url", isSame ? fallback.Url?.OriginalString ?? string.Empty : string.Empty, OllamaUrl);
        var key = settings.Text(table, "api_key", isSame ? fallback.ApiKey : string.Empty, "a text");
        var upstream = settings.Text(table, "model", name, NameRule, IsName);
        var (query, document) = KnownPrefixes.Of(upstream);
        var dimension = settings.Count(table, "dimension", 0, 0, DimensionMax);
        return new EmbedModelOptions
        {
            Name = name,
            Provider = provider,
            Url = UrlOf(settings, table, provider, url),
            ApiKey = key,
            UpstreamModel = upstream,
            Dimension = provider == Hashing && dimension == 0 ? HashingDimension : dimension,
            QueryPrefix = settings.Text(table, "query_prefix", query, "a text"),
            DocumentPrefix = settings.Text(table, "document_prefix", document, "a text"),
            BatchSize = settings.Count(table, "batch_size", fallback.BatchSize, 1, 2_048),
            MaxTextBytes = (int)settings.Size(table, "max_text_bytes", fallback.MaxTextBytes.ToString(CultureInfo.InvariantCulture), "1", "16MiB"),
        };
    }

    private const string NameRule = "1 to 256 printable characters";

    private static Uri? UrlOf(SettingsReader settings, string table, string provider, Uri? url)
    {
        if (provider == Hashing)
        {
            return null;
        }

        if (url is null && provider == OpenAi)
        {
            settings.AddError($"[{table}] url names no server, and provider = \"{OpenAi}\" needs one, e.g. \"https://api.openai.com\".");
        }

        return url ?? new Uri(OllamaUrl);
    }

    private static bool IsName(string name) => name.Length <= 256 && !name.Any(char.IsControl);
}
