using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>The range of the value of an expression, as far as its text shows; infinite where it does not.</summary>
/// <param name="Min">No value is smaller.</param>
/// <param name="Max">No value is larger.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct NumberRange(double Min, double Max)
{
    public static readonly NumberRange Zero = new(0, 0);
    public static readonly NumberRange One = new(1, 1);

    private static readonly NumberRange Unknown = new(double.NegativeInfinity, double.PositiveInfinity);

    // A cast to one of these types keeps a number, up to rounding to a whole one. A cast to another type, such as BOOLEAN or BIT, makes a different value of
    // it.
    private static readonly FrozenSet<string> Numbers = FrozenSet.Create(
        StringComparer.Ordinal, "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT",
        "DOUBLE", "DECIMAL");

    /// <summary>
    /// Returns the range of a node of the parse tree: a constant, also with a sign or in a cast to a number, or <c>least</c> or <c>greatest</c> of such nodes.
    /// </summary>
    public static NumberRange Of(JsonElement node)
    {
        if (node.TryGetProperty("class"u8, out var kind) && kind.ValueEquals("CONSTANT"u8))
        {
            return OfConstant(node.GetProperty("value"u8));
        }

        if (node.TryGetProperty("cast_type"u8, out var to) && node.TryGetProperty("child"u8, out var child))
        {
            return IsNumber(to) ? Rounded(Of(child)) : Unknown;
        }

        var name = node.TryGetProperty("function_name"u8, out var function) ? function.GetString() : null;
        if (name is null || !node.TryGetProperty("children"u8, out var children))
        {
            return Unknown;
        }

        var ranges = children.EnumerateArray().Select(Of).ToList();
        return name.ToLowerInvariant() switch
        {
            "-" when ranges.Count == 1 => new NumberRange(-ranges[0].Max, -ranges[0].Min),

            // Both skip arguments that are NULL. A constant is not NULL, so it bounds the result whatever the other arguments are.
            "least" => new NumberRange(ranges.Min(r => r.Min), ranges.Min(r => r.Max)),
            "greatest" => new NumberRange(ranges.Max(r => r.Min), ranges.Max(r => r.Max)),
            _ => Unknown,
        };
    }

    /// <summary>The parser writes a type as an expression that names it, in one spelling for all its names. No type of the engine has a schema.</summary>
    private static bool IsNumber(JsonElement type) =>
        type.TryGetProperty("type_info"u8, out var info)
        && info.TryGetProperty("expr"u8, out var expression)
        && !expression.TryGetProperty("schema"u8, out _)
        && !expression.TryGetProperty("catalog"u8, out _)
        && expression.TryGetProperty("type_name"u8, out var name)
        && Numbers.Contains(name.GetString()!);

    private static NumberRange Rounded(NumberRange range) => range == Unknown || range.Min == range.Max && range.Min == Math.Truncate(range.Min)
        ? range
        : new NumberRange(Math.Floor(range.Min), Math.Ceiling(range.Max));

    private static NumberRange OfConstant(JsonElement constant)
    {
        if (!constant.TryGetProperty("value"u8, out var value))
        {
            return Unknown; // NULL
        }

        var type = constant.GetProperty("type"u8);
        return value.ValueKind switch
        {
            JsonValueKind.Number when type.GetProperty("id"u8).ValueEquals("DECIMAL"u8) => Exactly(
                value.GetDouble() / Math.Pow(10, type.GetProperty("type_info"u8).GetProperty("scale"u8).GetInt32())),
            JsonValueKind.Number => Exactly(value.GetDouble()),
            JsonValueKind.String when double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => Exactly(number),
            _ => Unknown,
        };
    }

    private static NumberRange Exactly(double number) => double.IsNaN(number) ? Unknown : new NumberRange(number, number);
}
