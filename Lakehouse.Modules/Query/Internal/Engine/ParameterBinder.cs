using System.Globalization;
using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Text;
using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>
/// Binds the parameters of a statement to JSON values, by their JSON types: a whole number is a BIGINT, or a HUGEINT where it must be; another number a DOUBLE;
/// a text a VARCHAR; a list a LIST of one type; an object a STRUCT.
/// </summary>
internal static class ParameterBinder
{
    private const int NamesMax = 100;

    /// <summary>Binds all parameters.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="json">A JSON array for parameters by number, or an object for those by name; null: none.</param>
    /// <exception cref="LakehouseException">
    /// <c>invalid_parameters</c> (<see cref="ErrorKind.InvalidInput"/>): a parameter has no value, a value has no parameter, or a value has no SQL type.
    /// </exception>
    public static void Bind(DuckDbStatement statement, string? json)
    {
        var count = statement.ParameterCount;
        if (json is null && count == 0)
        {
            return;
        }

        if (json is null)
        {
            throw Invalid("it has parameters, and no values are given; give \"params\": a list for ? and $1, an object for $name, or p.name= in the address");
        }

        using var document = JsonDocument.Parse(json);
        var values = document.RootElement;
        RequireUnicode(values);
        if (values.ValueKind == JsonValueKind.Array)
        {
            BindByNumber(statement, count, values);
        }
        else
        {
            BindByName(statement, count, values);
        }
    }

    /// <summary>JSON can hold one half of a surrogate pair, which no text in UTF-8 can.</summary>
    private static void RequireUnicode(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                RequireUnicode(json.GetString);
                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                {
                    RequireUnicode(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                {
                    RequireUnicode(() => member.Name);
                    RequireUnicode(member.Value);
                }

                break;
        }
    }

    private static void RequireUnicode(Func<string?> read)
    {
        try
        {
            read();
        }
        catch (InvalidOperationException)
        {
            throw Invalid("a text in params is not Unicode: it has one half of a surrogate pair, such as \\ud800");
        }
    }

    private static void BindByNumber(DuckDbStatement statement, int count, JsonElement values)
    {
        for (var i = 1; i <= count; i++)
        {
            var name = statement.GetParameterName(i);
            if (name.Length == 0)
            {
                continue; // a number that the statement leaves out
            }

            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                throw Invalid($"the statement has the parameter ${name}, and params is a list; give an object: {{\"{name}\": ...}}");
            }

            if (number > values.GetArrayLength())
            {
                throw Invalid($"the statement has a parameter ${number}, and params has {values.GetArrayLength()} values");
            }

            BindOne(statement, i, name, values[number - 1]);
        }

        if (values.GetArrayLength() > count)
        {
            throw Invalid($"params has {values.GetArrayLength()} values, and the statement has {count} parameters");
        }
    }

    private static void BindByName(DuckDbStatement statement, int count, JsonElement values)
    {
        var given = values.EnumerateObject().ToList();
        if (given.Count > (2 * count) + NamesMax)
        {
            // Which names are too many is looked for only where there are few.
            throw Invalid($"params has {given.Count} values, and the statement has {count} parameters");
        }

        var names = Enumerable.Range(1, count).Select(statement.GetParameterName).ToList();
        for (var i = 0; i < count; i++)
        {
            var matches = given.Where(v => v.Name.Equals(names[i], StringComparison.OrdinalIgnoreCase)).ToList();
            if (matches.Count != 1)
            {
                throw Invalid(
                    matches.Count > 1 ? $"params has \"{names[i]}\" twice" : $"the statement has the parameter ${names[i]}, and params has no value for it");
            }

            BindOne(statement, i + 1, names[i], matches[0].Value);
        }

        if (given.FirstOrDefault(v => !names.Contains(v.Name, StringComparer.OrdinalIgnoreCase)) is { Value.ValueKind: not JsonValueKind.Undefined } other)
        {
            throw Invalid($"params has \"{other.Name}\", and the statement has no parameter ${other.Name}{NearestName.Hint(other.Name, names)}");
        }
    }

    private static void BindOne(DuckDbStatement statement, int parameter, string name, JsonElement json)
    {
        using var value = ValueOf(json, TypeOf(json, $"${name}"));
        statement.Bind(parameter, value);
    }

    private static DuckDbType TypeOf(JsonElement json, string path) => json.ValueKind switch
    {
        JsonValueKind.Null => DuckDbType.Of(DuckDbTypeId.SqlNull),
        JsonValueKind.True or JsonValueKind.False => DuckDbType.Of(DuckDbTypeId.Boolean),
        JsonValueKind.String => DuckDbType.Of(DuckDbTypeId.Varchar),
        JsonValueKind.Number => DuckDbType.Of(NumberTypeOf(json, path)),
        JsonValueKind.Array => DuckDbType.ListOf(
            json.EnumerateArray().Aggregate(DuckDbType.Of(DuckDbTypeId.SqlNull), (type, item) => Common(type, TypeOf(item, path), path))),
        _ => StructOf(json, path),
    };

    private static DuckDbTypeId NumberTypeOf(JsonElement json, string path)
    {
        var text = json.GetRawText();
        return text.AsSpan().ContainsAny('.', 'e', 'E')
                ? double.IsFinite(json.GetDouble()) ? DuckDbTypeId.Double : throw Invalid($"the number in {path} is beyond the bounds of a DOUBLE")
            : json.TryGetInt64(out _) ? DuckDbTypeId.BigInt
            : Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? DuckDbTypeId.HugeInt
            : throw Invalid($"the number in {path} has more than 128 bits; give it as a text and cast it in the statement");
    }

    private static DuckDbType StructOf(JsonElement json, string path)
    {
        var members = json.EnumerateObject().Select(m => new DuckDbTypeMember(m.Name, TypeOf(m.Value, path))).ToArray();
        return members.Any(m => m.Name.Length == 0 || m.Name.Contains('\0', StringComparison.Ordinal))
            ? throw Invalid($"an object in {path} has a member whose name is empty or holds a NUL")
            : members.Length == 0 ? throw Invalid($"an object in {path} has no members")
            : members.DistinctBy(m => m.Name, StringComparer.OrdinalIgnoreCase).Count() < members.Length
                ? throw Invalid($"an object in {path} has a member twice")
            : DuckDbType.StructOf(members);
    }

    /// <summary>The type that holds the values of both.</summary>
    private static DuckDbType Common(DuckDbType a, DuckDbType b, string path)
    {
        if (a.Name == b.Name || b.Id == DuckDbTypeId.SqlNull)
        {
            return a;
        }

        if (a.Id == DuckDbTypeId.SqlNull)
        {
            return b;
        }

        DuckDbTypeId[] numbers = [DuckDbTypeId.BigInt, DuckDbTypeId.HugeInt, DuckDbTypeId.Double];
        var (rankA, rankB) = (Array.IndexOf(numbers, a.Id), Array.IndexOf(numbers, b.Id));
        if (rankA >= 0 && rankB >= 0)
        {
            return rankA > rankB ? a : b;
        }

        if (a.Id == DuckDbTypeId.List && b.Id == DuckDbTypeId.List)
        {
            return DuckDbType.ListOf(Common(a.Children[0].Type, b.Children[0].Type, path));
        }

        return a.Id == DuckDbTypeId.Struct && b.Id == DuckDbTypeId.Struct && a.Children.Select(m => m.Name).SequenceEqual(b.Children.Select(m => m.Name))
            ? DuckDbType.StructOf([.. a.Children.Select((m, i) => new DuckDbTypeMember(m.Name, Common(m.Type, b.Children[i].Type, path)))])
            : throw Invalid($"a list in {path} has values of the types {a.Name} and {b.Name}");
    }

    private static DuckDbValue ValueOf(JsonElement json, DuckDbType type)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Null:
                return DuckDbValue.Null;
            case JsonValueKind.True or JsonValueKind.False:
                return DuckDbValue.Of(json.GetBoolean());
            case JsonValueKind.String:
                return DuckDbValue.Of(json.GetString()!);
            case JsonValueKind.Number:
                return type.Id switch
                {
                    DuckDbTypeId.BigInt => DuckDbValue.Of(json.GetInt64()),
                    DuckDbTypeId.HugeInt => DuckDbValue.Of(Int128.Parse(json.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)),
                    _ => DuckDbValue.Of(json.GetDouble()),
                };
        }

        var isList = json.ValueKind == JsonValueKind.Array;
        var parts = isList
            ? json.EnumerateArray().Select(item => ValueOf(item, type.Children[0].Type)).ToList()
            : json.EnumerateObject().Select((member, i) => ValueOf(member.Value, type.Children[i].Type)).ToList();
        try
        {
            return isList ? DuckDbValue.List(type.Children[0].Type, parts) : DuckDbValue.Struct(type, parts);
        }
        finally
        {
            parts.ForEach(p => p.Dispose());
        }
    }

    private static LakehouseException Invalid(string reason) => new(ErrorKind.InvalidInput, "invalid_parameters", $"The query is refused: {reason}.");
}
