using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace Lakehouse.Core.Configuration;

/// <summary>
/// Reads settings by table and key, each with a default and a range, and collects all errors instead of stopping at the first. The settings that were read are
/// the settings that exist: <see cref="Complete"/> refuses every other key, so that a misspelt one does not pass unnoticed, and <see cref="Known"/> is the list
/// that <c>appsettings.toml</c> is tested against. Not thread-safe.
/// </summary>
public sealed class SettingsReader
{
    private delegate bool Parser<T>(string? text, out T value);

    private static readonly string[] SecretWords = ["key", "secret", "token", "passw", "cred"];

    private readonly IConfiguration _configuration;
    private readonly List<Setting> _known = [];
    private readonly List<string> _errors = [];
    private readonly Dictionary<(string Table, string Key), string> _formerKeys = [];
    private readonly List<string> _trees = [];

    /// <summary>Reads from <paramref name="configuration"/>, whose keys are <c>table:key</c> in any case.</summary>
    public SettingsReader(IConfiguration configuration) => _configuration = configuration;

    /// <summary>Every setting read so far, in the order of reading.</summary>
    public IReadOnlyList<Setting> Known => _known;

    /// <summary>Accepts the former name of a key as well, for existing configurations. Must be called before the key is read.</summary>
    public void Rename(string table, string formerKey, string key) => _formerKeys.Add((table, key), formerKey);

    /// <summary>A text that <paramref name="isValid"/> accepts; <paramref name="allowed"/> says in words what that is.</summary>
    public string Text(string table, string key, string defaultValue, string allowed, Func<string, bool>? isValid = null)
    {
        var text = Raw(table, key, defaultValue, allowed);
        if (text is null || (isValid?.Invoke(text) ?? true))
        {
            return text ?? defaultValue;
        }

        return Error(table, key, text, allowed, defaultValue);
    }

    /// <summary>The address of a server: scheme (http or https) and host, no user, query or fragment. Null when it is empty or refused.</summary>
    public Uri? Url(string table, string key, string defaultValue, string example)
    {
        var text = Text(table, key, defaultValue, $"a URL with scheme and host, e.g. \"{example}\"", value => value.Length == 0 || IsUrl(value));
        return text.Length > 0 && IsUrl(text) ? new Uri(text) : null;
    }

    /// <summary>One of a fixed set of words.</summary>
    public string Choice(string table, string key, string defaultValue, params string[] choices) =>
        Text(table, key, defaultValue, "one of " + string.Join(", ", choices.Select(c => $"\"{c}\"")), choices.Contains);

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool Flag(string table, string key, bool defaultValue) =>
        Parsed(table, key, defaultValue, defaultValue, "true or false", bool.TryParse, _ => true);

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public int Count(string table, string key, int defaultValue, int min, int max) => (int)LongCount(table, key, defaultValue, min, max);

    /// <summary>A whole number of 64 bits from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public long LongCount(string table, string key, long defaultValue, long min, long max)
    {
        var allowed = string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}");
        return Parsed(table, key, defaultValue, defaultValue, allowed, TryParseWhole, value => value >= min && value <= max);
    }

    /// <summary>A size in bytes, written as <see cref="ByteSize"/> has it.</summary>
    public long Size(string table, string key, string defaultValue, string min, string max)
    {
        var (fallback, least, most) = (
            Constant<long>(ByteSize.TryParse, defaultValue), Constant<long>(ByteSize.TryParse, min), Constant<long>(ByteSize.TryParse, max));
        return Parsed(
            table, key, defaultValue, fallback, $"{ByteSize.Syntax}, from {min} to {max}", ByteSize.TryParse, value => value >= least && value <= most);
    }

    /// <summary>A duration, written as <see cref="Duration"/> has it.</summary>
    public TimeSpan Time(string table, string key, string defaultValue, string min, string max)
    {
        var (fallback, least, most) = (
            Constant<TimeSpan>(Duration.TryParse, defaultValue), Constant<TimeSpan>(Duration.TryParse, min), Constant<TimeSpan>(Duration.TryParse, max));
        return Parsed(
            table, key, defaultValue, fallback, $"{Duration.Syntax}, from {min} to {max}", Duration.TryParse, value => value >= least && value <= most);
    }

    /// <summary>A list of texts. In the environment and on the command line, commas separate them.</summary>
    public IReadOnlyList<string> List(string table, string key)
    {
        _known.Add(new Setting(table, key, Array.Empty<string>(), "a list of texts"));
        var section = Section(table).GetSection(key);
        if (section.Value is { } joined)
        {
            return joined.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        }

        var items = new List<string>();
        foreach (var child in section.GetChildren().OrderBy(c => int.TryParse(c.Key, CultureInfo.InvariantCulture, out var i) ? i : int.MaxValue))
        {
            if (child.Value is null || !int.TryParse(child.Key, CultureInfo.InvariantCulture, out _))
            {
                _errors.Add($"[{table}] {key} is not a list of texts.");
                break;
            }

            items.Add(child.Value);
        }

        return items;
    }

    /// <summary>
    /// A list of texts, each of which <paramref name="isValid"/> accepts; <paramref name="allowed"/> says in words what that is. Texts that it refuses are left
    /// out.
    /// </summary>
    public IReadOnlyList<string> List(string table, string key, string allowed, Func<string, bool> isValid)
    {
        var items = List(table, key);
        foreach (var refused in items.Where(item => !isValid(item)))
        {
            _errors.Add($"[{table}] {key}: \"{Shown(key, refused)}\" is refused. Allowed: {allowed}.");
        }

        return [.. items.Where(isValid)];
    }

    /// <summary>The names of the tables below <paramref name="table"/>, for tables that users name.</summary>
    public IReadOnlyList<string> Names(string table) =>
        [.. Section(table).GetChildren().Where(c => c.Value is null).Select(c => c.Key).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Everything below a table in which users choose the names, as JSON: tables are objects, lists are arrays, and every value is a text. The caller checks
    /// it.
    /// </summary>
    public JsonObject Tree(string table)
    {
        _trees.Add(table);
        return NodeOf(Section(table)) as JsonObject ?? [];
    }

    /// <summary>Adds an error that the calling module found, e.g. two settings that contradict each other.</summary>
    public void AddError(string error) => _errors.Add(error);

    /// <summary>Call after all settings are read. Throws <see cref="SettingsException"/> with every error, including unknown keys.</summary>
    public void Complete()
    {
        var known = _known.Select(s => s.Path).ToHashSet(StringComparer.OrdinalIgnoreCase);
        known.UnionWith(_formerKeys.Select(k => Setting.PathOf(k.Key.Table, k.Value)));
        foreach (var leaf in Leaves(_configuration))
        {
            if (!known.Contains(leaf.Path) && !known.Contains(Parent(leaf.Path))
                && !_trees.Exists(t => leaf.Path.StartsWith(t + ":", StringComparison.OrdinalIgnoreCase)))
            {
                _errors.Add(DescribeUnknown(leaf.Path, leaf.Value));
            }
        }

        if (_errors.Count > 0)
        {
            throw new SettingsException(_errors);
        }
    }

    private static bool IsUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && url.Host.Length > 0
        && text.Contains("://", StringComparison.Ordinal)
        && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0;

    private static IEnumerable<IConfigurationSection> Leaves(IConfiguration root)
    {
        foreach (var child in root.GetChildren())
        {
            if (child.Value is not null)
            {
                yield return child;
            }

            foreach (var leaf in Leaves(child))
            {
                yield return leaf;
            }
        }
    }

    private static string Parent(string path) => path.LastIndexOf(':') is var colon and > 0 ? path[..colon] : string.Empty;

    private string DescribeUnknown(string path, string? value)
    {
        var table = Parent(path).Replace(':', '.').ToLowerInvariant();
        var key = path[(path.LastIndexOf(':') + 1)..].ToLowerInvariant();
        var inTable = _known.Where(s => s.Table.Equals(table, StringComparison.OrdinalIgnoreCase)).Select(s => s.Key).ToList();
        if (inTable.Count > 0)
        {
            return $"[{table}] {key} = \"{Shown(key, value)}\": there is no such key. The table has: {string.Join(", ", inTable)}.";
        }

        var tables = _known.Select(s => $"[{s.Table}]").Distinct(StringComparer.Ordinal);
        return table.Length == 0
            ? $"{key} = \"{value}\" stands outside every table. The tables are: {string.Join(", ", tables)}."
            : $"[{table}] {key} = \"{value}\": there is no such table. The tables are: {string.Join(", ", tables)}.";
    }

    /// <summary>A value for a message. Values of keys that hold secrets are not shown, even when the key is misspelt.</summary>
    private static string? Shown(string key, string? value) =>
        Array.Exists(SecretWords, word => key.Contains(word, StringComparison.OrdinalIgnoreCase)) ? "..." : value;

    private static JsonNode? NodeOf(IConfigurationSection section)
    {
        var children = section.GetChildren().ToList();
        if (children.Count == 0)
        {
            return section.Value;
        }

        var keys = children.Select(c => int.TryParse(c.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var i) ? i : -1).ToHashSet();
        return Enumerable.Range(0, children.Count).All(keys.Contains)
            ? new JsonArray([.. children.OrderBy(c => int.Parse(c.Key, CultureInfo.InvariantCulture)).Select(NodeOf)])
            : new JsonObject(children.Select(c => KeyValuePair.Create(c.Key, NodeOf(c))));
    }

    private IConfigurationSection Section(string table) => _configuration.GetSection(table.Replace('.', ':'));

    private string? Raw(string table, string key, object defaultValue, string allowed)
    {
        _known.Add(new Setting(table, key, defaultValue, allowed));
        var section = Section(table).GetSection(key);
        if (_formerKeys.TryGetValue((table, key), out var formerKey) && FormerValue(table, key, formerKey) is { } former)
        {
            return former;
        }

        if (section.Value is null && section.GetChildren().Any())
        {
            _errors.Add($"[{table}] {key} is a table or a list. Allowed: {allowed}.");
        }

        return section.Value;
    }

    /// <summary>The value of a key under its former name, unless a source that wins over that one has the key under its new name.</summary>
    private string? FormerValue(string table, string key, string formerKey)
    {
        var providers = (_configuration as IConfigurationRoot)?.Providers ?? [];
        foreach (var provider in providers.Reverse())
        {
            var isSet = provider.TryGet(Setting.PathOf(table, key), out _);
            if (provider.TryGet(Setting.PathOf(table, formerKey), out var former))
            {
                if (isSet)
                {
                    _errors.Add($"[{table}] {formerKey} is the former name of {key}, and both are set. Keep {key}.");
                }

                return former;
            }

            if (isSet)
            {
                return null;
            }
        }

        return null;
    }

    private T Parsed<T>(string table, string key, object defaultValue, T fallback, string allowed, Parser<T> tryParse, Func<T, bool> isInRange)
    {
        var text = Raw(table, key, defaultValue, allowed);
        return text is null ? fallback
            : tryParse(text, out var value) && isInRange(value) ? value
            : Error(table, key, text, allowed, fallback);
    }

    private static T Constant<T>(Parser<T> tryParse, string text) =>
        tryParse(text, out var value) ? value : throw new ArgumentException($"'{text}' is no default or bound", nameof(text));

    private static bool TryParseWhole(string? text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private T Error<T>(string table, string key, string value, string allowed, T defaultValue)
    {
        _errors.Add($"[{table}] {key} = \"{Shown(key, value)}\" is refused. Allowed: {allowed}.");
        return defaultValue;
    }
}
