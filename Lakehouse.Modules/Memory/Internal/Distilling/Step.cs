namespace Lakehouse.Memory.Internal.Distilling;

/// <summary>A step. Two that say the same are equal, however they are written.</summary>
/// <param name="key">It in canonical JSON.</param>
/// <param name="text">It as it was remembered.</param>
internal sealed class Step(string key, string text) : IEquatable<Step>
{
    public string Key => key;

    public string Text => text;

    public bool Equals(Step? other) => other is not null && other.Key == key;

    public override bool Equals(object? obj) => Equals(obj as Step);

    public override int GetHashCode() => key.GetHashCode(StringComparison.Ordinal);
}
