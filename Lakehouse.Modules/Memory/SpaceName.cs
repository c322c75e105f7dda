using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;

namespace Lakehouse.Memory;

/// <summary>The name of a space of memories. Its dataset and its index have the name <c>memory_</c> and this.</summary>
public readonly record struct SpaceName
{
    /// <summary>What the names of datasets and indexes of spaces begin with.</summary>
    public const string Prefix = "memory_";

    private readonly string? _value;

    private SpaceName(string value) => _value = value;

    /// <summary>The name as text.</summary>
    public string Value => _value ?? throw new InvalidOperationException("default(SpaceName) names no space");

    /// <summary>The name of its dataset and of its index.</summary>
    public string Stored => Prefix + Value;

    /// <summary>Accepts a name.</summary>
    /// <exception cref="LakehouseException"><c>invalid_name</c> (<see cref="ErrorKind.InvalidInput"/>).</exception>
    public static SpaceName Parse(string? value) =>
        value is { Length: > 0 } && DatasetName.TryParse(Prefix + value, out _, out _)
            ? new SpaceName(value)
            : throw new LakehouseException(
                ErrorKind.InvalidInput, "invalid_name",
                $"The space's name is refused: it has 1 to {PlainName.LengthMax - Prefix.Length} ASCII letters, digits, '_', '-' and '.'.");

    /// <summary>The name as text.</summary>
    public override string ToString() => Value;
}
