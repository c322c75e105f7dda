using System.Buffers;
using System.Globalization;
using System.Text;

namespace Lakehouse.Catalog.Internal;

/// <summary>Takes DuckDB's texts of types apart. Parts stand in brackets with commas between them, names and symbols in quotes.</summary>
internal static class TypeText
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>The type of a list's elements, of any or of a fixed number; null for what is no list.</summary>
    public static string? ElementOf(string type)
    {
        if (!type.EndsWith(']'))
        {
            return null;
        }

        var open = type.LastIndexOf('[');
        return open > 0 && type.AsSpan(open + 1, type.Length - open - 2).IndexOfAnyExceptInRange('0', '9') < 0 ? type[..open] : null;
    }

    /// <summary>The parts of a type that begins so; null for others.</summary>
    /// <param name="type">The type.</param>
    /// <param name="start">Its name and the bracket.</param>
    public static IReadOnlyList<string>? PartsOf(string type, string start)
    {
        if (!type.StartsWith(start, StringComparison.Ordinal) || !type.EndsWith(')'))
        {
            return null;
        }

        var parts = new List<string>();
        var (depth, from, quote) = (0, start.Length, '\0');
        for (var i = start.Length; i < type.Length; i++)
        {
            var sign = type[i];
            if (quote != '\0')
            {
                quote = sign == quote ? '\0' : quote; // a doubled one closes and opens again
                continue;
            }

            switch (sign)
            {
                case '"' or '\'':
                    quote = sign;
                    break;
                case '(':
                    depth++;
                    break;
                case ',' when depth == 0:
                case ')' when depth == 0:
                    parts.Add(type[from..i].Trim());
                    from = i + 1;
                    if (sign == ')' && i < type.Length - 1)
                    {
                        return null; // what follows is not a part of it
                    }

                    break;
                case ')':
                    depth--;
                    break;
            }
        }

        return depth == 0 && quote == '\0' ? parts : null;
    }

    /// <summary>A name as it stands in the type of a struct: in quotes, unless it is plain.</summary>
    public static string Quote(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(Plain) ? name
        : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>DuckDB's type for one of Iceberg's without parts; null where there is none.</summary>
    public static string? ScalarOf(string type) => type switch
    {
        "boolean" => "BOOLEAN",
        "int" => "INTEGER",
        "long" => "BIGINT",
        "float" => "FLOAT",
        "double" => "DOUBLE",
        "date" => "DATE",
        "time" => "TIME",
        "timestamp" => "TIMESTAMP",
        "timestamptz" => "TIMESTAMP WITH TIME ZONE",
        "string" => "VARCHAR",
        "uuid" => "UUID",
        "binary" => "BLOB",
        _ => PartsOf(type, "decimal(") is [var width, var scale] && int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out var digits)
            && int.TryParse(scale, NumberStyles.None, CultureInfo.InvariantCulture, out var after) && digits is > 0 and <= 38 && after <= digits
            ? string.Create(CultureInfo.InvariantCulture, $"DECIMAL({digits},{after})")
            : null,
    };

    /// <summary>The name and the type of a struct's member.</summary>
    public static (string Name, string Type) MemberOf(string member)
    {
        if (member.Length == 0 || member[0] != '"')
        {
            var blank = member.IndexOf(' ', StringComparison.Ordinal);
            return blank < 0 ? (member, string.Empty) : (member[..blank], member[(blank + 1)..].Trim());
        }

        var name = new StringBuilder();
        var i = 1;
        for (; i < member.Length; i++)
        {
            if (member[i] == '"')
            {
                if (i + 1 >= member.Length || member[i + 1] != '"')
                {
                    break;
                }

                i++;
            }

            name.Append(member[i]);
        }

        return (name.ToString(), i + 1 < member.Length ? member[(i + 1)..].Trim() : string.Empty);
    }
}
