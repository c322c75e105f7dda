using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>
/// Bounds the functions that make a large value of a small one (amplifiers). Scalar functions cannot be interrupted and are not subject to the memory limit, so
/// the size of their result must be known from the text: a constant, or <c>least(x, constant)</c>.
/// </summary>
internal static partial class AmplifierBounds
{
    private const string ListLengthSetting = "query.max_list_length";
    private const string RepeatSetting = "query.max_repeat";

    /// <summary>How many times larger than its arguments the value of this one function can be.</summary>
    public static double Growth(JsonElement function, GateBounds bounds)
    {
        var name = function.GetProperty("function_name"u8).GetString()!.ToLowerInvariant();
        var arguments = CallForm.Arguments(function);
        return name switch
        {
            "range" or "generate_series" => Series(name, arguments, bounds.MaxListLength),
            "repeat" => Counted(name, arguments, 1, bounds.MaxRepeat, RepeatSetting),

            // Padding cuts longer values, so the length is not a factor of the input's size; values of up to a hundred characters do not count as growth.
            "lpad" or "rpad" or "bitstring" => Math.Max(1, Counted(name, arguments, 1, bounds.MaxRepeat, RepeatSetting) / 100),
            "equi_width_bins" => Counted(name, arguments, 2, bounds.MaxListLength, ListLengthSetting),

            // Sort keys of sort keys grow each time. Measured: 2 to 4 times for letters and digits, and twice for bytes of 0 and 1.
            "icu_sort_key" => 4,
            "create_sort_key" => 2,
            "list_resize" or "array_resize" => Counted(name, arguments, 1, bounds.MaxListLength, ListLengthSetting),
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
            : throw GateErrors.Forbidden(
                $"nested functions can make one value {growth:0} times larger, at most {max} times is allowed; unnest the inner list into rows instead");
    }

    /// <summary>Refuses a histogram of more bins than a list may have values. Its macro makes lists of that length.</summary>
    public static void RequireBins(string name, JsonElement count, GateBounds bounds) => Counted(name, [count], 0, bounds.MaxListLength, ListLengthSetting);

    private static double Counted(string name, IReadOnlyList<JsonElement> arguments, int index, int max, string setting)
    {
        if (!TryArgument(arguments, index, out var argument))
        {
            return 1; // too few arguments: the engine says so
        }

        var count = NumberRange.Of(argument).Max;
        return double.IsFinite(count)
            ? Bound(name, count, max, setting)
            : throw GateErrors.Forbidden($"how long the value of {name} gets depends on the data; give a constant, or write least(n, {max})");
    }

    private static double Series(string name, IReadOnlyList<JsonElement> arguments, int max)
    {
        if (!TryArgument(arguments, 0, out var first))
        {
            return 1;
        }

        var hasStop = TryArgument(arguments, 1, out var last);
        var hasStep = TryArgument(arguments, 2, out var third);
        if (hasStop && hasStep && Time(first) is { } from && Time(last) is { } to)
        {
            var every = Step(third) ?? throw GateErrors.Forbidden($"the step of {name} must be a constant interval");
            return BoundSeries(name, Math.Abs((to - from).TotalSeconds) / every, max);
        }

        var start = hasStop ? NumberRange.Of(first) : NumberRange.Zero;
        var stop = NumberRange.Of(hasStop ? last : first);
        var step = hasStep ? NumberRange.Of(third) : NumberRange.One;

        // The longest possible series: from the furthest start to the furthest stop, by the shortest step. A step whose range contains zero can be arbitrarily
        // short.
        var count = step.Min > 0 ? (stop.Max - start.Min) / step.Min
            : step.Max < 0 ? (start.Max - stop.Min) / -step.Max
            : step is { Min: 0, Max: 0 } ? 0
            : double.PositiveInfinity;
        return double.IsFinite(count)
            ? BoundSeries(name, count, max)
            : throw GateErrors.Forbidden(
                $"how long the value of {name} gets depends on the data; give constants, or use it as a table function, FROM {name}(...), which makes rows "
                + "and has no bound");
    }

    /// <summary>
    /// Requires a format that is constant and takes no width from its arguments. The result holds an argument as often as the format names it, and blanks up to
    /// the widths.
    /// </summary>
    private static double Format(string name, IReadOnlyList<JsonElement> arguments, int max)
    {
        if (!TryArgument(arguments, 0, out var argument))
        {
            return 1;
        }

        var text = Constant(argument) is { ValueKind: JsonValueKind.String } constant
            ? constant.GetString()!
            : throw GateErrors.Forbidden($"the first argument of {name} must be a constant text");
        var isDynamic = name == "printf" ? text.Contains('*', StringComparison.Ordinal) : HasFieldInField(text);
        if (isDynamic)
        {
            throw GateErrors.Forbidden($"{name} takes no width from its arguments here");
        }

        var (widths, number) = (0.0, 0.0);
        foreach (var character in text)
        {
            number = char.IsAsciiDigit(character) ? (number * 10) + (character - '0') : 0;
            widths += number >= 10 ? number : 0;
            if (number > max || widths > 20.0 * max)
            {
                throw GateErrors.Forbidden($"the widths in the format of {name} are over {max}");
            }
        }

        return Math.Max(1, text.Count(c => c == (name == "printf" ? '%' : '{')));
    }

    /// <summary>Whether a field contains a field, as in <c>{:{}}</c>. Two opening braces stand for a brace of the text.</summary>
    private static bool HasFieldInField(string format)
    {
        var isInField = false;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] == '{' && isInField)
            {
                return true;
            }

            if (format[i] == '{' && i + 1 < format.Length && format[i + 1] == '{')
            {
                i++;
            }
            else
            {
                isInField = format[i] == '{' || (isInField && format[i] != '}');
            }
        }

        return false;
    }

    private static double Bound(string name, double count, int max, string setting) => count <= max
        ? Math.Max(1, count)
        : throw GateErrors.Forbidden($"{name} would make a value of {count:0} parts, at most {max} are allowed ({setting})");

    /// <summary>The result of <c>generate_series</c> includes the end.</summary>
    private static double BoundSeries(string name, double steps, int max)
    {
        var count = name == "generate_series" ? Math.Floor(Math.Max(-1, steps)) + 1 : steps;
        return count <= max
            ? Math.Max(1, count)
            : throw GateErrors.Forbidden(
                $"{name} would make a list of {count:0} values, at most {max} are allowed ({ListLengthSetting}); as a table function, FROM {name}(...), it "
                + "makes rows and has no bound");
    }

    private static bool TryArgument(IReadOnlyList<JsonElement> arguments, int index, out JsonElement argument)
    {
        argument = index < arguments.Count ? arguments[index] : default;
        return index < arguments.Count;
    }

    /// <summary>Returns a constant date or time in ISO form, which the engine and .NET read alike; null for anything else.</summary>
    private static DateTime? Time(JsonElement node) =>
        Constant(node) is { ValueKind: JsonValueKind.String } constant
        && IsoTime().IsMatch(constant.GetString()!)
        && DateTime.TryParse(
            constant.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    /// <summary>Returns the seconds of an INTERVAL constant, which parses as e.g. <c>to_days(trunc(1))</c>.</summary>
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
        var isWhole = false;
        while (count.TryGetProperty("child"u8, out var inner)
            || (count.TryGetProperty("function_name"u8, out var call) && call.ValueEquals("trunc"u8) && count.TryGetProperty("children"u8, out inner)))
        {
            isWhole |= inner.ValueKind == JsonValueKind.Array;
            count = inner.ValueKind == JsonValueKind.Array ? inner[0] : inner;
        }

        var range = NumberRange.Of(count);
        var number = isWhole ? Math.Truncate(range.Min) : range.Min;
        return range.Min == range.Max && number != 0 ? Math.Abs(number) * unit : null;
    }

    /// <summary>Returns the value of a constant or of a cast of one; null for anything else.</summary>
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

    [GeneratedRegex(
        @"\A[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex IsoTime();
}
