namespace Lakehouse.Core.Toml;

/// <summary>
/// A table: keys to values, in the order of the text. A value is a <see cref="string"/>, <see cref="long"/>, <see cref="double"/>,
/// <see cref="bool"/>, <see cref="TomlTemporal"/>, <see cref="TomlTable"/> or <see cref="List{T}"/> of these.
/// </summary>
public sealed class TomlTable
{
    private readonly OrderedDictionary<string, object> _values = new(StringComparer.Ordinal);

    /// <summary>The keys and values.</summary>
    public IReadOnlyDictionary<string, object> Values => _values;

    /// <summary>How the table was defined, which decides what may still be added to it.</summary>
    internal TomlTableOrigin Origin { get; set; }

    internal bool TryGet(string key, out object? value) => _values.TryGetValue(key, out value);

    internal void Add(string key, object value) => _values.Add(key, value);
}
