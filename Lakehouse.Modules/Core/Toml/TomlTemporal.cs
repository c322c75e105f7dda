namespace Lakehouse.Core.Toml;

/// <summary>A date or time, kept as RFC 3339 text with <c>T</c> and upper-case <c>Z</c>: configuration values are texts, and no digit is lost.</summary>
/// <param name="Kind">The type.</param>
/// <param name="Text">The value.</param>
public sealed record TomlTemporal(TomlTemporalKind Kind, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}
