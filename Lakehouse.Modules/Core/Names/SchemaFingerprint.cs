using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Lakehouse.Core.Errors;

namespace Lakehouse.Core.Names;

/// <summary>
/// The identity of a schema: lower-case hex SHA-256 over the columns in order, each <c>name</c> 0x1F <c>type</c> 0x1E in UTF-8. <c>type</c> is DuckDB's type
/// name; nullability is not part of it. A client that registers its own files may give another fingerprint: any text of 1 to 256 characters that stays the same
/// while the schema does. The default value means no fingerprint and equals only itself.
/// </summary>
public readonly record struct SchemaFingerprint
{
    /// <summary>The longest fingerprint that a client may register, in characters.</summary>
    public const int LengthMax = 256;

    private const byte UnitSeparator = 0x1F;
    private const byte RecordSeparator = 0x1E;

    private readonly string? _value;

    private SchemaFingerprint(string value) => _value = value;

    /// <summary>The text; empty for the default value.</summary>
    public string Value => _value ?? string.Empty;

    /// <summary>The fingerprint of <paramref name="columns"/>.</summary>
    public static SchemaFingerprint Compute(IEnumerable<(string Name, string Type)> columns)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, type) in columns)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData([UnitSeparator]);
            hash.AppendData(Encoding.UTF8.GetBytes(type));
            hash.AppendData([RecordSeparator]);
        }

        return new SchemaFingerprint(Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Checks a fingerprint that a client gave.</summary>
    /// <exception cref="LakehouseException"><c>invalid_fingerprint</c> (<see cref="ErrorKind.InvalidInput"/>): it is missing, empty or too long.</exception>
    public static SchemaFingerprint Parse(string? text) => TryParse(text, out var fingerprint)
        ? fingerprint
        : throw new LakehouseException(
            ErrorKind.InvalidInput,
            "invalid_fingerprint",
            string.IsNullOrEmpty(text)
                ? $"There is no schema_fingerprint: any text of 1 to {LengthMax} characters that stays the same while the schema does."
                : $"The schema fingerprint has {text.Length} characters; it needs 1 to {LengthMax}.");

    /// <summary>False when <paramref name="text"/> is not a fingerprint.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out SchemaFingerprint fingerprint)
    {
        var isValid = text is { Length: > 0 and <= LengthMax };
        fingerprint = isValid ? new SchemaFingerprint(text!) : default;
        return isValid;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
