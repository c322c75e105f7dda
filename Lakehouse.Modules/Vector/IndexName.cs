using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;

namespace Lakehouse.Vector;

/// <summary>
/// The name of an index or of an alias: a <see cref="PlainName"/> that does not start with <c>_</c>, because such names below <c>_vectors/</c> are
/// reserved for the module. A value of this type is always valid.
/// </summary>
public readonly record struct IndexName
{
    private readonly string? _value;

    private IndexName(string value) => _value = value;

    /// <summary>The name as text.</summary>
    public string Value => _value ?? throw new InvalidOperationException("default(IndexName) names no index");

    /// <summary>Accepts <paramref name="value"/> or throws <c>invalid_name</c> (<see cref="ErrorKind.InvalidInput"/>) with the rule it breaks.</summary>
    public static IndexName Parse(string? value)
    {
        var error = PlainName.FindError(value) ?? (value![0] == '_' ? "it starts with '_'; start with a letter or a digit" : null);
        return error is null
            ? new IndexName(value!)
            : throw new LakehouseException(ErrorKind.InvalidInput, "invalid_name", $"The index name is refused: {error}.");
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
