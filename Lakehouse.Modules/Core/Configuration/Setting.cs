namespace Lakehouse.Core.Configuration;

/// <summary>One setting that the program knows.</summary>
/// <param name="Table">The TOML table, e.g. <c>storage.buckets.primary</c>.</param>
/// <param name="Key">The key in it, snake_case.</param>
/// <param name="DefaultValue">The default as the file writes it: a text, a <see cref="long"/>, a <see cref="bool"/> or a list.</param>
/// <param name="Allowed">The allowed values in words.</param>
public sealed record Setting(string Table, string Key, object DefaultValue, string Allowed)
{
    /// <summary>The path in <c>IConfiguration</c>.</summary>
    public string Path => PathOf(Table, Key);

    internal static string PathOf(string table, string key) => table.Replace('.', ':') + ":" + key;
}
