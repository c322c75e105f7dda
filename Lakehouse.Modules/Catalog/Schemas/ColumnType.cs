using System.Globalization;
using System.Text;

namespace Lakehouse.Catalog.Schemas;

/// <summary>
/// A column's type, taken apart: a scalar type, a list, or a struct. Types are compared and joined with it; their texts are those of DuckDB.
/// </summary>
public sealed record ColumnType
{
    /// <summary>JSON, which keeps every value that is nested.</summary>
    public static readonly ColumnType Json = new("JSON", null, null);

    /// <summary>VARCHAR, which keeps every value.</summary>
    public static readonly ColumnType Text = new("VARCHAR", null, null);

    private static readonly string[] Signed = ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"];
    private static readonly string[] Unsigned = ["UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"];

    /// <summary>The digits of the whole numbers of each size.</summary>
    private static readonly int[] Digits = [3, 5, 10, 20, 39];

    private ColumnType(string? scalar, IReadOnlyList<StructMember>? members, ColumnType? element) => (Scalar, Members, Element) = (scalar, members, element);

    /// <summary>The name of a type that is no list and no struct; null for those.</summary>
    public string? Scalar { get; }

    /// <summary>The members of a struct, in order; null for others.</summary>
    public IReadOnlyList<StructMember>? Members { get; }

    /// <summary>What a list holds; null for others.</summary>
    public ColumnType? Element { get; }

    /// <summary>A type that is no list and no struct.</summary>
    /// <param name="name">DuckDB's name of it.</param>
    public static ColumnType OfScalar(string name) => new(name, null, null);

    /// <summary>The type of lists.</summary>
    public static ColumnType OfList(ColumnType element) => new(null, null, element);

    /// <summary>The type of structs.</summary>
    public static ColumnType OfStruct(IReadOnlyList<StructMember> members) => new(null, members, null);

    /// <summary>Takes a type apart. What is no list and no struct is one word, with what it has in brackets; null for a text that is no type.</summary>
    public static ColumnType? TryParse(string text)
    {
        var position = 0;
        return TryParse(text, ref position) is { } type && position == text.Length ? type : null;
    }

    /// <summary>
    /// The type that values of both types have: the wider number, TIMESTAMP for days and TIMESTAMP, a struct with the members of both, JSON for other nested
    /// types, and VARCHAR for everything else. docs/ingest.md has the order.
    /// </summary>
    public ColumnType Widen(ColumnType other)
    {
        if (ToString() == other.ToString())
        {
            return this;
        }

        if (Element is not null && other.Element is not null)
        {
            return OfList(Element.Widen(other.Element));
        }

        if (Members is not null && other.Members is not null)
        {
            return OfStruct(
            [
                .. Members.Select(m => other.Find(m.Name) is { } same ? m with { Type = m.Type.Widen(same.Type) } : m),
                .. other.Members.Where(m => Find(m.Name) is null),
            ]);
        }

        if (IsNested && other.IsNested)
        {
            return Json;
        }

        return (IsNested || other.IsNested ? null : Widen(Scalar!, other.Scalar!)) is { } wider ? OfScalar(wider) : Text;
    }

    /// <summary>Whether it is a list, a struct or JSON.</summary>
    public bool IsNested => Scalar is null or "JSON";

    /// <summary>The type as DuckDB writes it.</summary>
    public override string ToString() =>
        Scalar ?? (Element is not null ? $"{Element}[]" : $"STRUCT({string.Join(", ", Members!.Select(m => $"{m.Written} {m.Type}"))})");

    private StructMember? Find(string name) => Members!.FirstOrDefault(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static string? Widen(string left, string right)
    {
        if (left == right)
        {
            return left;
        }

        var days = (string[])["DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS"];
        if (days.Contains(left) && days.Contains(right))
        {
            return "TIMESTAMP";
        }

        var (one, two) = (Number(left), Number(right));
        if (one is null || two is null)
        {
            return null;
        }

        if (one.Value.IsFloat || two.Value.IsFloat)
        {
            return "DOUBLE";
        }

        if (one.Value.Scale is null && two.Value.Scale is null)
        {
            return Whole(left, right);
        }

        var whole = Math.Max(one.Value.Whole, two.Value.Whole);
        var scale = Math.Max(one.Value.Scale ?? 0, two.Value.Scale ?? 0);
        return whole + scale > 38 ? "DOUBLE" : string.Create(CultureInfo.InvariantCulture, $"DECIMAL({whole + scale},{scale})");
    }

    /// <summary>The type of the whole numbers of both.</summary>
    private static string Whole(string left, string right)
    {
        var signed = Math.Max(Array.IndexOf(Signed, left), Array.IndexOf(Signed, right));
        var unsigned = Math.Max(Array.IndexOf(Unsigned, left), Array.IndexOf(Unsigned, right));
        return signed < 0 ? Unsigned[unsigned]
            : unsigned < 0 ? Signed[signed]
            : unsigned + 1 < Signed.Length ? Signed[Math.Max(signed, unsigned + 1)]
            : "DOUBLE";
    }

    private static (int Whole, int? Scale, bool IsFloat)? Number(string type)
    {
        if (type is "FLOAT" or "DOUBLE")
        {
            return (0, null, true);
        }

        var size = Math.Max(Array.IndexOf(Signed, type), Array.IndexOf(Unsigned, type));
        if (size >= 0)
        {
            return (type == "BIGINT" ? 19 : Digits[size], null, false);
        }

        var parts = type.StartsWith("DECIMAL(", StringComparison.Ordinal) ? type["DECIMAL(".Length..^1].Split(',') : [];
        return parts.Length == 2
            && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var width)
            && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var scale)
            ? (width - scale, scale, false)
            : null;
    }

    private static ColumnType? TryParse(string text, ref int position)
    {
        const string open = "STRUCT(";
        ColumnType? type;
        if (string.CompareOrdinal(text, position, open, 0, open.Length) == 0)
        {
            position += open.Length;
            type = TryParseMembers(text, ref position);
        }
        else
        {
            var start = position;
            var depth = 0;
            while (position < text.Length && (depth > 0 || text[position] is not (',' or ')' or '[')))
            {
                depth += text[position] switch { '(' => 1, ')' => -1, _ => 0 };
                position++;
            }

            type = position > start && depth == 0 ? OfScalar(text[start..position]) : null;
        }

        while (type is not null && string.CompareOrdinal(text, position, "[]", 0, 2) == 0)
        {
            position += 2;
            type = OfList(type);
        }

        return type;
    }

    private static ColumnType? TryParseMembers(string text, ref int position)
    {
        var members = new List<StructMember>();
        while (position < text.Length)
        {
            var start = position;
            var name = ReadName(text, ref position);
            var written = text[start..Math.Min(position, text.Length)];
            position++; // the blank after the name
            if (name.Length == 0 || position >= text.Length || TryParse(text, ref position) is not { } type || position >= text.Length)
            {
                return null;
            }

            members.Add(new StructMember(written, name, type));
            if (text[position++] == ')')
            {
                return OfStruct(members);
            }

            position++; // the blank after the comma
        }

        return null;
    }

    private static string ReadName(string text, ref int position)
    {
        var name = new StringBuilder();
        if (text[position] != '"')
        {
            while (position < text.Length && text[position] != ' ')
            {
                name.Append(text[position++]);
            }

            return name.ToString();
        }

        position++;
        while (position < text.Length && (text[position] != '"' || (position + 1 < text.Length && text[position + 1] == '"')))
        {
            position += text[position] == '"' ? 1 : 0;
            name.Append(text[position++]);
        }

        position++;
        return name.ToString();
    }
}
