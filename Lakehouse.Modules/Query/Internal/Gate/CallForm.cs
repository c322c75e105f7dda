using System.Collections.Frozen;
using System.Text.Json;
using Lakehouse.Query.Internal.Engine;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>
/// How a call of a function is written. <c>x.upper()</c> and <c>t.x.upper()</c> parse as functions of a schema x. The engine looks for a function of that
/// schema, and where there is none, passes the column x as the first argument.
/// </summary>
internal static class CallForm
{
    // The schemas and databases of the engine. A function that is named with one of them is looked up there.
    private static readonly FrozenSet<string> EngineNames = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "main", "pg_catalog", "information_schema", "memory", "system", "temp");

    private static readonly JsonElement Column = JsonElement.Parse("""{"class":"COLUMN_REF","type":"COLUMN_REF"}""");

    /// <summary>Returns the arguments of a call. Of a method call the first one is the column before the dot.</summary>
    public static IReadOnlyList<JsonElement> Arguments(JsonElement function)
    {
        var written = function.TryGetProperty("children"u8, out var children) ? children.EnumerateArray().ToList() : [];
        return IsMethod(function) ? [Column, .. written] : written;
    }

    /// <summary>
    /// Whether a function is named with a schema of the engine, which would bypass the macros that shadow functions of the same name. The parser itself writes
    /// <c>main.list_value</c> and the like for brackets; no macro shadows those.
    /// </summary>
    /// <param name="function">The call.</param>
    /// <param name="isTable">Whether it is a table function, of which there are no method calls.</param>
    public static bool IsQualified(JsonElement function, bool isTable = false)
    {
        var (catalog, schema) = (Text(function, "catalog"), Text(function, "schema"));
        var isOfParser = catalog is null && schema == "main"
            && !EngineInstance.QuadraticFunctions.Contains(Text(function, "function_name") ?? string.Empty, StringComparer.OrdinalIgnoreCase);
        return (schema is not null || catalog is not null) && !isOfParser && (isTable || !IsMethod(function));
    }

    /// <summary>
    /// Returns the table that histogram and histogram_values read, as a node of the tree, and checks their other arguments. Their macro puts the first argument
    /// into query_table, as a text. So it must be a name that means the same as a name and as a text. The column stands in the macro ten times, so it must be
    /// no more than a name.
    /// </summary>
    public static JsonElement TableOf(string name, JsonElement function, GateBounds bounds)
    {
        var arguments = Arguments(function);
        var source = arguments.Count > 1 ? NameIn(arguments[0]) : null;
        var isPlain = source is not null && source.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
        if (!isPlain || NameIn(arguments[1]) is null)
        {
            throw GateErrors.Forbidden(
                $"{name} takes the name of a dataset or a common table, of letters, digits and '_', and the name of a column; for others write "
                + $"WITH x AS (SELECT ... AS v ...) FROM {name}(x, v)");
        }

        foreach (var (i, option) in arguments.Skip(2).Index())
        {
            var parameter = Text(option, "alias") ?? (i == 0 ? "bin_count" : "technique");
            var isTechnique = parameter.Equals("technique", StringComparison.OrdinalIgnoreCase);
            if (Text(option, "class") != "CONSTANT" || (!isTechnique && !parameter.Equals("bin_count", StringComparison.OrdinalIgnoreCase)))
            {
                throw GateErrors.Forbidden($"{name} takes bin_count := and technique := as constants");
            }

            if (!isTechnique)
            {
                AmplifierBounds.RequireBins(name, option, bounds);
            }
        }

        var place = function.TryGetProperty("query_location"u8, out var location) ? location.GetInt32() : 0;
        return JsonElement.Parse($$"""{"type":"BASE_TABLE","table_name":"{{source}}","query_location":{{place}}}""");
    }

    /// <summary>Returns the one name that an argument is, without := in front.</summary>
    private static string? NameIn(JsonElement argument) =>
        Text(argument, "class") == "COLUMN_REF" && Text(argument, "alias") is null && argument.GetProperty("column_names"u8) is var names
        && names.GetArrayLength() == 1
            ? names[0].GetString()
            : null;

    /// <summary>Whether it is a method call. Of window functions there are none: there the engine always reads the name before the dot as a schema.</summary>
    private static bool IsMethod(JsonElement function) =>
        Text(function, "class") == "FUNCTION"
        && Text(function, "schema") is { } schema
        && !EngineNames.Contains(schema)
        && (Text(function, "catalog") is not { } catalog || !EngineNames.Contains(catalog));

    private static string? Text(JsonElement node, string name) =>
        node.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
