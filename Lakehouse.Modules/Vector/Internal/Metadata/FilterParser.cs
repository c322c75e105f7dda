using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
using Lakehouse.Core.Text;

namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>
/// Reads a filter. An object has conditions that must all hold: a key of the metadata (dots lead into nested objects) with a value to equal or
/// an object of operators; <c>and</c> or <c>or</c> with a list of filters; <c>not</c> with one filter. Operators: <c>eq ne gt gte lt lte in exists</c>.
/// </summary>
internal sealed class FilterParser(int depthMax, int termsMax)
{
    private static readonly string[] Operators = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "exists"];

    private int _terms;

    /// <summary>Reads a filter.</summary>
    /// <exception cref="LakehouseException"><c>invalid_filter</c> (<see cref="ErrorKind.InvalidInput"/>), with the position of the error.</exception>
    public FilterNode Parse(JsonElement filter) => ParseObject(filter, "filter", 1);

    private FilterNode ParseObject(JsonElement filter, string location, int depth)
    {
        if (depth > depthMax)
        {
            throw Invalid(location, $"it is nested more than {depthMax} deep (vector.max_filter_depth)");
        }

        if (filter.ValueKind != JsonValueKind.Object)
        {
            throw Invalid(location, "it must be an object, such as {\"state\": \"IL\", \"years\": {\"gte\": 5}}");
        }

        var parts = new List<FilterNode>();
        foreach (var member in filter.EnumerateObject())
        {
            var name = JsonMembers.NameOf(member);
            var below = $"{location}.{name}";
            parts.Add(name switch
            {
                "and" => new AllFilter(ParseList(member.Value, below, depth)),
                "or" => new AnyFilter(ParseList(member.Value, below, depth)),
                "not" => new NotFilter(ParseObject(member.Value, below, depth + 1)),
                _ => ParseField(new FieldPath(name), member.Value, below),
            });
        }

        return parts.Count == 1 ? parts[0] : new AllFilter([.. parts]);
    }

    private FilterNode[] ParseList(JsonElement list, string location, int depth) => list.ValueKind == JsonValueKind.Array
        ? [.. list.EnumerateArray().Select((filter, i) => ParseObject(filter, $"{location}[{i}]", depth + 1))]
        : throw Invalid(location, "it must be a list of filters");

    private FilterNode ParseField(FieldPath path, JsonElement condition, string location)
    {
        if (condition.ValueKind != JsonValueKind.Object)
        {
            return new EqualFilter(path, [ParseValue(condition, location)]);
        }

        var parts = new List<FilterNode>();
        foreach (var (name, value) in condition.EnumerateObject().Select(m => (JsonMembers.NameOf(m), m.Value)))
        {
            var below = $"{location}.{name}";
            parts.Add(name switch
            {
                "eq" => new EqualFilter(path, [ParseValue(value, below)]),
                "ne" => new NotFilter(new EqualFilter(path, [ParseValue(value, below)])),
                "gt" => ParseRange(path, value, below, isAbove: true, isInclusive: false),
                "gte" => ParseRange(path, value, below, isAbove: true, isInclusive: true),
                "lt" => ParseRange(path, value, below, isAbove: false, isInclusive: false),
                "lte" => ParseRange(path, value, below, isAbove: false, isInclusive: true),
                "in" => new EqualFilter(path, ParseValues(value, below)),
                "exists" => ParseExists(path, value, below),
                _ => throw Invalid(below, $"there is no such operator; there are {string.Join(", ", Operators)}{NearestName.Hint(name, Operators)}"),
            });
        }

        return parts.Count switch
        {
            0 => throw Invalid(location, $"it holds no operator; there are {string.Join(", ", Operators)}"),
            1 => parts[0],
            _ => new AllFilter([.. parts]),
        };
    }

    private RangeFilter ParseRange(FieldPath path, JsonElement value, string location, bool isAbove, bool isInclusive)
    {
        var bound = ParseValue(value, location);
        return bound.Kind is ValueKind.Integer or ValueKind.Double or ValueKind.String
            ? new RangeFilter(path, bound, isAbove, isInclusive)
            : throw Invalid(location, "only numbers and texts have an order");
    }

    private FilterNode ParseExists(FieldPath path, JsonElement value, string location)
    {
        Count(location);
        return value.ValueKind switch
        {
            JsonValueKind.True => new ExistsFilter(path),
            JsonValueKind.False => new NotFilter(new ExistsFilter(path)),
            _ => throw Invalid(location, "it must be true or false"),
        };
    }

    private List<FilterValue> ParseValues(JsonElement list, string location) => list.ValueKind == JsonValueKind.Array
        ? [.. list.EnumerateArray().Select((value, i) => ParseValue(value, $"{location}[{i}]"))]
        : throw Invalid(location, "it must be a list of values");

    private FilterValue ParseValue(JsonElement value, string location)
    {
        Count(location);
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return new FilterValue(ValueKind.String, 0, MetadataDocument.Escape(Text(value, location)));
            case JsonValueKind.Number:
                return value.TryGetInt64(out var whole) ? new FilterValue(ValueKind.Integer, whole, [])
                    : value.TryGetDouble(out var number)
                        && double.IsFinite(number) ? new FilterValue(ValueKind.Double, BitConverter.DoubleToInt64Bits(number), [])
                    : throw Invalid(location, "the number is beyond what a double can hold");
            case JsonValueKind.True or JsonValueKind.False:
                return new FilterValue(value.ValueKind == JsonValueKind.True ? ValueKind.True : ValueKind.False, 0, []);
            case JsonValueKind.Null:
                return new FilterValue(ValueKind.Null, 0, []);
            default:
                throw Invalid(location, "it must be a text, a number, true, false or null");
        }
    }

    private static string Text(JsonElement value, string location)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw Invalid(location, "the text is not valid Unicode", error);
        }
    }

    private void Count(string location)
    {
        if (++_terms > termsMax)
        {
            throw Invalid(location, $"the filter has more than {termsMax} conditions and values (vector.max_filter_terms)");
        }
    }

    private static LakehouseException Invalid(string location, string reason, Exception? inner = null) =>
        new(ErrorKind.InvalidInput, "invalid_filter", $"{(location.Length <= 200 ? location : location[..200] + "...")}: {reason}.", inner);
}
