using System.Collections.Concurrent;

namespace Lakehouse.Embed.Internal.Providers;

/// <summary>The models by name. A model without a table has the provider, address and limits of the default model.</summary>
internal sealed class ModelTable(EmbedOptions options, UpstreamClient client)
{
    private const int UnlistedMax = 64;
    private const int NameMax = 256;

    private readonly ConcurrentDictionary<string, Model> _models = new(StringComparer.Ordinal);
    private int _lastId;

    /// <summary>Finds a model.</summary>
    public Model Find(string? name)
    {
        if (_models.TryGetValue(name ?? options.Default.Name, out var known))
        {
            return known;
        }

        var settings = name is null ? options.Default : options.Models.GetValueOrDefault(name) ?? Unlisted(name);
        if (options.Models.ContainsKey(settings.Name))
        {
            return _models.GetOrAdd(settings.Name, _ => Open(settings));
        }

        // Names come from requests, so the number of names that are not configured is limited.
        return _models.Count < UnlistedMax + options.Models.Count
            ? _models.GetOrAdd(settings.Name, _ => Open(settings))
            : throw EmbedErrors.UnknownModel(name!, $"{UnlistedMax} models without a table are in use already; give this one a table ([embed.models.NAME]).");
    }

    /// <summary>Removes a model that the server does not know.</summary>
    public void Forget(Model model)
    {
        if (!options.Models.ContainsKey(model.Settings.Name))
        {
            _models.TryRemove(model.Settings.Name, out _);
        }
    }

    private EmbedModelOptions Unlisted(string name)
    {
        var fallback = options.Default;
        if (fallback.Provider == EmbedSettings.Hashing || name.Length is 0 or > NameMax || name.Any(char.IsControl))
        {
            var shown = name.Length > NameMax ? name[..NameMax] + "..." : name;
            throw EmbedErrors.UnknownModel(
                shown, $"The models are: {string.Join(", ", options.Models.Keys.Order(StringComparer.Ordinal))}. Others are named in [embed.models.NAME].");
        }

        var (query, document) = KnownPrefixes.Of(name);
        return fallback with { Name = name, UpstreamModel = name, Dimension = 0, QueryPrefix = query, DocumentPrefix = document };
    }

    private Model Open(EmbedModelOptions settings) => new(
        Interlocked.Increment(ref _lastId),
        settings,
        settings.Provider switch
        {
            EmbedSettings.Ollama => new OllamaProvider(settings, client),
            EmbedSettings.OpenAi => new OpenAiProvider(settings, client),
            _ => new HashingProvider(settings),
        });
}
