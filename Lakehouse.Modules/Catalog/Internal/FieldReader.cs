using System.Globalization;
using System.Text;

namespace Lakehouse.Catalog.Internal;

/// <summary>Reads DuckDB's names of types as types of Iceberg.</summary>
internal static class FieldReader
{
    private const int DepthMax = 16; // each level is three of JSON, of which readers take 64
    private const int DigitsMax = 38;
    private const uint IdMask = (1 << 30) - 1;
    private const char PathMark = '\u001f'; // in no name of a column that anybody reads

    /// <summary>The field of a column; null with the reason where Iceberg has no type for it that its data files can be read as.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="chosen">Ids that others have chosen, by <see cref="TableField.Key"/>; null for none.</param>
    /// <param name="reason">The reason.</param>
    public static TableField? Read(string name, string type, IReadOnlyDictionary<string, int>? chosen, out string? reason)
    {
        reason = null;
        return Read([], name, type, chosen, ref reason);
    }

    private static TableField? Read(
        IReadOnlyList<string> path, string name, string text, IReadOnlyDictionary<string, int>? chosen, ref string? reason)
    {
        if (path.Count > DepthMax)
        {
            reason = "it is nested too deeply";
            return null;
        }

        string[] own = [.. path, name];
        if (TypeText.ElementOf(text) is { } element)
        {
            return Read(own, "element", element, chosen, ref reason) is { } part ? Field(own, "list", new FieldType.OfList(part), chosen) : null;
        }

        if (TypeText.PartsOf(text, "MAP(") is [var keyType, var valueType])
        {
            return Read(own, "key", keyType, chosen, ref reason) is { } key && Read(own, "value", valueType, chosen, ref reason) is { } value
                ? Field(own, "map", new FieldType.OfMap(key, value), chosen)
                : null;
        }

        if (TypeText.PartsOf(text, "STRUCT(") is { } members)
        {
            var fields = new List<TableField>(members.Count);
            foreach (var member in members)
            {
                var (memberName, memberType) = TypeText.MemberOf(member);
                if (Read(own, memberName, memberType, chosen, ref reason) is not { } field)
                {
                    return null;
                }

                fields.Add(field);
            }

            return Field(own, "struct", new FieldType.OfStruct(fields), chosen);
        }

        return PrimitiveOf(text, ref reason) is var (type, family) ? Field(own, family, new FieldType.Primitive(type), chosen) : null;
    }

    /// <summary>The type, and what of it the id is made of: types that one can be promoted to have the same.</summary>
    private static (string Type, string Family)? PrimitiveOf(string text, ref string? reason)
    {
        switch (text)
        {
            case "BOOLEAN":
                return ("boolean", "boolean");
            case "TINYINT" or "SMALLINT" or "INTEGER" or "UTINYINT" or "USMALLINT":
                return ("int", "int");
            case "BIGINT":
                return ("long", "int");
            case "FLOAT":
                return ("float", "float");
            case "DOUBLE":
                return ("double", "float");
            case "DATE":
                return ("date", "date");
            case "TIME":
                return ("time", "time");
            case "TIMESTAMP":
                return ("timestamp", "timestamp");
            case "TIMESTAMP WITH TIME ZONE":
                return ("timestamptz", "timestamptz");
            case "UUID":
                return ("uuid", "uuid");
            case "BLOB":
                return ("binary", "binary");
            case "VARCHAR" or "JSON":
                return ("string", "string");
        }

        if (TypeText.PartsOf(text, "DECIMAL(") is [var width, var scale]
            && int.TryParse(width, CultureInfo.InvariantCulture, out var digits) && digits <= DigitsMax)
        {
            return ($"decimal({width}, {scale})", $"decimal {scale}");
        }

        if (TypeText.PartsOf(text, "ENUM(") is not null)
        {
            return ("string", "string");
        }

        var nearest = NearestOf(text) ?? "VARCHAR";
        reason = $"Iceberg has no such type; make it {nearest} (SELECT * REPLACE (CAST(... AS {nearest}) AS ...) with \"into\")";
        return null;
    }

    /// <summary>The type that has the same values, as far as it has them, where Iceberg has none; the type itself where it has one; null for neither.</summary>
    public static string? Nearest(string text)
    {
        if (TypeText.ElementOf(text) is { } element)
        {
            return Nearest(element) is { } part ? part + text[element.Length..] : null;
        }

        if (TypeText.PartsOf(text, "MAP(") is [var keyType, var valueType])
        {
            return Nearest(keyType) is { } key && Nearest(valueType) is { } value ? $"MAP({key}, {value})" : null;
        }

        if (TypeText.PartsOf(text, "STRUCT(") is { } members)
        {
            var made = members.Select(TypeText.MemberOf).Select(m => (m.Name, Type: Nearest(m.Type))).ToList();
            return made.All(m => m.Type is not null) ? $"STRUCT({string.Join(", ", made.Select(m => $"{TypeText.Quote(m.Name)} {m.Type}"))})" : null;
        }

        string? reason = null;
        return PrimitiveOf(text, ref reason) is null ? NearestOf(text) : text;
    }

    private static string? NearestOf(string text) => text switch
    {
        "UINTEGER" => "BIGINT",
        "UBIGINT" => "DECIMAL(20,0)",
        "HUGEINT" or "UHUGEINT" => "DECIMAL(38,0)",
        "TIMESTAMP_S" or "TIMESTAMP_MS" or "TIMESTAMP_NS" => "TIMESTAMP",
        _ => null,
    };

    private static TableField Field(IReadOnlyList<string> path, string family, FieldType type, IReadOnlyDictionary<string, int>? chosen)
    {
        // As SQL does, it does not tell letter cases apart, and those of ASCII only.
        var names = Encoding.UTF8.GetBytes(string.Join(PathMark, path));
        Ascii.ToLowerInPlace(names, out _);
        var key = $"{Encoding.UTF8.GetString(names)}{PathMark}{PathMark}{family}";
        return new TableField(chosen?.TryGetValue(key, out var id) == true ? id : IdOf(key), path[^1], type) { Key = key };
    }

    private static int IdOf(string key)
    {
        var hash = Fnv(Encoding.UTF8.GetBytes(key));
        return (int)((uint)(hash ^ (hash >> 32)) & IdMask) + 1;
    }

    /// <summary>FNV-1a of 64 bits. Engine processes make ids, too, and have no access to the library of cryptographic hashes.</summary>
    private static ulong Fnv(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in bytes)
        {
            hash = unchecked((hash ^ value) * 1099511628211UL);
        }

        return hash;
    }
}
