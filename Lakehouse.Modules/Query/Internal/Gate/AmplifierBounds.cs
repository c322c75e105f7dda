using System.Globalization;
using System.Text.Json;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>
/// Bounds the functions that make a large value of a small one. Scalar work cannot be interrupted and is not held to the memory limit, so their
/// size has to be plain from the text: a constant, or <c>least(x, constant)</c>.
/// </summary>
internal static class AmplifierBounds
{
    /// <summary>How many times larger than its arguments the value of this one function can be.</summary>
    public static double Growth(JsonElement function, GateBounds bounds)
    {
        var name = function.GetProperty("function_name"u8).GetString()!.ToLowerInvariant();
        var arguments = function.TryGetProperty("children"u8, out var children) ? children : default;
        return name switch
        {
            "range" or "generate_series" => Series(name, arguments, bounds.MaxListLength),
            "repeat" => Counted(name, arguments, 1, bounds.MaxRepeat),

            // Padding cuts what is longer, so its length is not a factor of anything; values of a hundred characters are nothing special.
            "lpad" or "rpad" or "bitstring" => Math.Max(1, Counted(name, arguments, 1, bounds.MaxRepeat) / 100),
            "list_resize" or "array_resize" => Counted(name, arguments, 1, bounds.MaxListLength),
            "format" or "printf" => Format(name, arguments, bounds.MaxRepeat),
            _ => 1,
        };
    }

    /// <summary>Refuses nested amplifiers whose product is beyond the bounds.</summary>
    public static double Require(double growth, GateBounds bounds)
    {
        var max = Math.Max(bounds.MaxListLength, bounds.MaxRepeat);
        return growth <= max
            ? growth
            : throw GateErrors.Forbidden($"nested functions can make one value {growth:0} times larger, at most {max} times is allowed; unnest the inner list into rows instead");
    }

    private static double Counted(string name, JsonElement arguments, int index, int max)
    {
        if (!TryArgument(arguments, index, out var argument))
        {
            return 1; // too few arguments: the engine says so
        }

        var count = UpperBound(argument)
            ?? throw GateErrors.Forbidden($"how long the value of {name} gets depends on the data; give a constant, or write least(n, {max})");
        return Bound(name, count, max);
    }

    private static double Series(string name, JsonElement arguments, int max)
    {
        if (!TryArgument(arguments, 0, out var first))
        {
            return 1;
        }

        var hasStop = TryArgument(arguments, 1, out var last);
        var hasStep = TryArgument(arguments, 2, out var third);
        if (Time(first) is { } from && hasStop && Time(last) is { } to && hasStep)
        {
            var step = Step(third) ?? throw GateErrors.Forbidden($"the step of {name} must be a constant interval");
            return Bound(name, Math.Abs((to - from).TotalSeconds) / step, max);
        }

        var start = hasStop ? UpperBound(first) : 0;
        var stop = hasStop ? UpperBound(last) : UpperBound(first);
        var stride = hasStep ? UpperBound(third) : 1;
        if (start is null || stop is null || stride is null)
        {
            throw GateErrors.Forbidden(
                $"how long the value of {name} gets depends on the data; give constants, or use it as a table function, FROM {name}(...), which makes rows and has no bound");
        }

        return stride == 0 ? 1 : Bound(name, Math.Abs((stop.Value - start.Value) / stride.Value), max);
    }

    /// <summary>A format is a constant, and no width in it is larger than a repetition may be.</summary>
    private static double Format(string name, JsonElement arguments, int max)
    {
        if (!TryArgument(arguments, 0, out var argument))
        {
            return 1;
        }

        var text = Constant(argument) is { ValueKind: JsonValueKind.String } constant
            ? constant.GetString()!
            : throw GateErrors.Forbidden($"the first argument of {name} must be a constant text");
        if (text.Contains('*', StringComparison.Ordinal) && name == "printf")
        {
            throw GateErrors.Forbidden("printf takes no width from its arguments here");
        }

        var digits = 0;
        foreach (var character in text)
        {
            digits = char.IsAsciiDigit(character) ? digits + 1 : 0;
            if (digits >= max.ToString(CultureInfo.InvariantCulture).Length + 1)
            {
                throw GateErrors.Forbidden($"the format of {name} holds a width over {max}");
            }
        }

        if (name == "format" && text.Contains(":{", StringComparison.Ordinal))
        {
            throw GateErrors.Forbidden("format takes no width from its arguments here");
        }

        return 1;
    }

    private static double Bound(string name, double count, int max) => count <= max
        ? Math.Max(1, count)
        : throw GateErrors.Forbidden($"{name} would make a value of {count:0} parts, at most {max} are allowed");

    private static bool TryArgument(JsonElement arguments, int index, out JsonElement argument)
    {
        argument = default;
        if (arguments.ValueKind != JsonValueKind.Array || arguments.GetArrayLength() <= index)
        {
            return false;
        }

        argument = arguments[index];
        return true;
    }

    /// <summary>The value of a numeric constant, also with a sign or in a cast, or the smallest constant in a <c>least</c>; else null.</summary>
    private static double? UpperBound(JsonElement node)
    {
        if (Constant(node) is { } constant)
        {
            return constant.ValueKind switch
            {
                JsonValueKind.Number => constant.GetDouble(), // a DECIMAL shows without its point, which is larger and so still a bound
                JsonValueKind.String => double.TryParse(constant.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
                _ => 0,
            };
        }

        var name = node.TryGetProperty("function_name"u8, out var function) ? function.GetString() : null;
        if (name is null || !node.TryGetProperty("children"u8, out var children))
        {
            return null;
        }

        var bounds = children.EnumerateArray().Select(UpperBound).ToList();
        return name.ToLowerInvariant() switch
        {
            "-" when bounds.Count == 1 => -bounds[0],
            "least" => bounds.Min(),
            _ => null,
        };
    }

    private static DateTime? Time(JsonElement node) =>
        Constant(node) is { ValueKind: JsonValueKind.String } constant
        && DateTime.TryParse(constant.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    /// <summary>The seconds of an INTERVAL constant, which parses as e.g. <c>to_days(trunc(1))</c>.</summary>
    private static double? Step(JsonElement node)
    {
        var name = node.TryGetProperty("function_name"u8, out var function) ? function.GetString() : null;
        double? unit = name switch
        {
            "to_milliseconds" => 0.001,
            "to_seconds" => 1,
            "to_minutes" => 60,
            "to_hours" => 3_600,
            "to_days" => 86_400,
            "to_weeks" => 7 * 86_400,
            "to_months" => 28 * 86_400,
            "to_quarters" => 90 * 86_400,
            "to_years" => 365 * 86_400,
            _ => null,
        };
        if (unit is null || !node.TryGetProperty("children"u8, out var children))
        {
            return null;
        }

        var count = children[0];
        while (count.TryGetProperty("child"u8, out var inner) || (count.TryGetProperty("function_name"u8, out var call) && call.ValueEquals("trunc"u8) && count.TryGetProperty("children"u8, out inner)))
        {
            count = inner.ValueKind == JsonValueKind.Array ? inner[0] : inner;
        }

        return UpperBound(count) is { } number && number != 0 ? Math.Abs(number) * unit : null;
    }

    /// <summary>The value of a constant or of a cast of one; null for anything else.</summary>
    private static JsonElement? Constant(JsonElement node)
    {
        while (node.TryGetProperty("class"u8, out var cast) && cast.ValueEquals("CAST"u8))
        {
            node = node.GetProperty("child"u8);
        }

        return node.TryGetProperty("class"u8, out var kind) && kind.ValueEquals("CONSTANT"u8) && node.TryGetProperty("value"u8, out var value)
            ? value.TryGetProperty("value"u8, out var content) ? content : value
            : null;
    }
}
