using System.Security.Cryptography;
using System.Text;

namespace Lakehouse.Core.Names;

/// <summary>
/// The identity of a schema: lower-case hex SHA-256 over the columns in order, each <c>name</c> 0x1F <c>type</c> 0x1E in UTF-8.
/// <c>type</c> is DuckDB's type name; nullability is not part of it.
/// </summary>
public static class SchemaFingerprint
{
    /// <summary>The longest fingerprint that a client may register, in characters.</summary>
    public const int LengthMax = 256;

    private const byte UnitSeparator = 0x1F;
    private const byte RecordSeparator = 0x1E;

    /// <summary>64 hex digits for <paramref name="columns"/>.</summary>
    public static string Compute(IEnumerable<(string Name, string Type)> columns)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, type) in columns)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData([UnitSeparator]);
            hash.AppendData(Encoding.UTF8.GetBytes(type));
            hash.AppendData([RecordSeparator]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
