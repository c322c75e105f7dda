using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Core.Requests;
using Lakehouse.Core.Text;
using Lakehouse.Query;

namespace Lakehouse.Access.Internal.Profiles;

/// <summary>Reads profiles from JSON.</summary>
internal static class ProfileReader
{
    /// <summary>The form of a profile, for errors.</summary>
    public const string Form = "{\"actions\":[\"read\"],\"datasets\":[\"sales_*\"],\"guards\":{\"sales_2026\":{\"columns\":{\"email\":\"hash\"}}}}";

    private const string Bucket = "bucket:";
    private static readonly string[] Masks = ["clear", "hide", "null", "hash", "last4", "year", "bucket:10"];

    private static readonly (string Name, BudgetKind Kind, long Unit)[] Budgets =
    [
        ("requests_per_minute", BudgetKind.Requests, 1), ("engine_seconds_per_hour", BudgetKind.EngineTime, 1000), ("rows_per_day", BudgetKind.Rows, 1),
        ("bytes_per_day", BudgetKind.Bytes, 1), ("embedded_texts_per_day", BudgetKind.EmbeddedTexts, 1),
    ];

    private static readonly string[] Taken = ["administrator", "program"];

    /// <summary>The name of a budget in a profile.</summary>
    public static string NameOf(BudgetKind kind) => Array.Find(Budgets, b => b.Kind == kind).Name;

    /// <summary>What of a budget its name counts, in what the counters count.</summary>
    public static long UnitOf(BudgetKind kind) => Array.Find(Budgets, b => b.Kind == kind).Unit;

    /// <summary>Reads a name.</summary>
    /// <exception cref="LakehouseException"><c>invalid_profile</c> (<see cref="ErrorKind.InvalidInput"/>).</exception>
    public static string RequireName(string name) => PlainName.FindError(name) is { } error
        ? throw AccessErrors.Invalid($"its name is '{name}': {error}")
        : Taken.Contains(name, StringComparer.OrdinalIgnoreCase) ? throw AccessErrors.Invalid($"the name '{name}' means somebody else") : name;

    /// <summary>Reads a profile.</summary>
    /// <exception cref="LakehouseException"><c>invalid_profile</c>, <c>invalid_request</c> (<see cref="ErrorKind.InvalidInput"/>).</exception>
    public static ProfileSpec Read(string name, JsonElement json)
    {
        var members = new JsonMembers(json, "the profile");
        var actions = ReadActions(members);
        var attributes = ReadAttributes(members);
        var guards = ReadGuards(members, attributes);
        var budgets = members.Member("budgets") is { } element ? new JsonMembers(element, "\"budgets\"") : null;
        var spec = new ProfileSpec(
            RequireName(name),
            json.GetRawText(),
            actions,
            ReadGlobs(members, "datasets", ignoresCase: true),
            ReadGlobs(members, "views", ignoresCase: true),
            ReadGlobs(members, "indexes", ignoresCase: false),
            ReadGlobs(members, "spaces", ignoresCase: true),
            ReadGlobs(members, "objects", ignoresCase: false),
            attributes,
            guards,
            Budgets.Select(b => (b.Kind, Limit: Positive(budgets, b.Name) * b.Unit)).Where(b => b.Limit is not null)
                .ToFrozenDictionary(b => b.Kind, b => b.Limit!.Value),
            Positive(budgets, "rows_per_answer"),
            Positive(budgets, "bytes_per_answer"),
            (int?)Positive(budgets, "running_queries"),
            members.Texts("users") ?? []);
        budgets?.Complete();
        members.Complete();
        return actions.Contains(AccessAction.Admin) && guards.Count > 0
            ? throw AccessErrors.Invalid("it has the action \"admin\", which sees everything, and guards")
            : spec;
    }

    private static FrozenSet<AccessAction> ReadActions(JsonMembers members)
    {
        var known = Enum.GetValues<AccessAction>().Where(a => a is not AccessAction.None).ToDictionary(a => a.ToString().ToLowerInvariant());
        var names = members.Texts("actions") ?? throw members.Missing("actions");
        return names.Select(n => known.TryGetValue(n, out var action)
            ? action
            : throw AccessErrors.Invalid($"it has the action '{n}'; there are {string.Join(", ", known.Keys)}{NearestName.Hint(n, known.Keys)}")).ToFrozenSet();
    }

    private static Globs ReadGlobs(JsonMembers members, string name, bool ignoresCase)
    {
        var patterns = members.Texts(name) ?? [];
        return patterns.All(p => p.Length > 0 && !p.Contains('\\', StringComparison.Ordinal))
            ? new Globs(patterns, ignoresCase)
            : throw AccessErrors.Invalid($"a pattern of \"{name}\" is empty or has a backslash; * stands for any characters, ? for one");
    }

    private static FrozenDictionary<string, string> ReadAttributes(JsonMembers members) => members.Member("attributes") is not { } json
        ? FrozenDictionary<string, string>.Empty
        : RequireObject(json, "attributes").EnumerateObject().ToFrozenDictionary(
            JsonMembers.NameOf, p => p.Value.ValueKind is JsonValueKind.Number ? p.Value.GetRawText() : JsonMembers.TextOf(p.Value, $"\"{p.Name}\""));

    private static List<GuardSpec> ReadGuards(JsonMembers members, IReadOnlyDictionary<string, string> attributes)
    {
        var guards = new List<GuardSpec>();
        if (members.Member("guards") is not { } json)
        {
            return guards;
        }

        foreach (var member in RequireObject(json, "guards").EnumerateObject())
        {
            var pattern = JsonMembers.NameOf(member);
            var guard = new JsonMembers(member.Value, $"the guard of \"{pattern}\"");
            var columns = new Dictionary<string, ColumnMask>(StringComparer.OrdinalIgnoreCase);
            foreach (var column in guard.Member("columns") is { } list ? RequireObject(list, "columns").EnumerateObject() : default)
            {
                if (!columns.TryAdd(JsonMembers.NameOf(column), ReadMask(column.Value, attributes)))
                {
                    throw AccessErrors.Invalid($"the guard of '{pattern}' names the column '{column.Name}' twice");
                }
            }

            var others = guard.Member("others") is { } mask ? ReadMask(mask, attributes) : ColumnMask.Clear;
            var rows = guard.Text("rows") is { } text ? Expression(text, attributes) : null;
            guard.Complete();
            if (pattern.AsSpan().IndexOfAny('*', '?') < 0 && !DatasetName.TryParse(pattern, out _, out var why))
            {
                throw AccessErrors.Invalid($"a guard has the name '{pattern}', which no dataset can have: {why}");
            }

            if (others.Kind is not (MaskKind.Clear or MaskKind.Hidden or MaskKind.Null or MaskKind.Hash))
            {
                throw AccessErrors.Invalid($"\"others\" of the guard of '{pattern}' is \"clear\", \"hide\", \"null\" or \"hash\"");
            }

            guards.Add(new GuardSpec(pattern, columns, others, rows));
        }

        // SQL does not tell upper from lower case.
        return guards.DistinctBy(g => g.Pattern, StringComparer.OrdinalIgnoreCase).Count() == guards.Count
            ? guards
            : throw AccessErrors.Invalid("two guards have one name, but for upper and lower case");
    }

    private static ColumnMask ReadMask(JsonElement json, IReadOnlyDictionary<string, string> attributes)
    {
        if (json.ValueKind is JsonValueKind.Object)
        {
            var members = new JsonMembers(json, "a mask");
            var sql = members.RequiredText("sql");
            members.Complete();
            return new ColumnMask(MaskKind.Expression, Expression(sql, attributes));
        }

        var text = JsonMembers.TextOf(json, "a mask");
        return text switch
        {
            "clear" => ColumnMask.Clear,
            "hide" => new ColumnMask(MaskKind.Hidden),
            "null" => new ColumnMask(MaskKind.Null),
            "hash" => new ColumnMask(MaskKind.Hash),
            "last4" => new ColumnMask(MaskKind.LastFour),
            "year" => new ColumnMask(MaskKind.Year),
            _ when text.StartsWith(Bucket, StringComparison.Ordinal) && TryReadWidth(text[Bucket.Length..], out var width) =>
                new ColumnMask(MaskKind.Bucket, width),
            _ => throw AccessErrors.Invalid(
                $"it has the mask '{text}'; there are {string.Join(", ", Masks)} and {{\"sql\": \"an expression\"}}{NearestName.Hint(text, Masks)}"),
        };
    }

    private static bool TryReadWidth(string text, out string width)
    {
        var isNumber = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0;
        width = number.ToString(CultureInfo.InvariantCulture);
        return isNumber;
    }

    private static string Expression(string text, IReadOnlyDictionary<string, string> attributes)
    {
        var expression = Attributes.PutInto(text, attributes);
        try
        {
            SqlCondition.Require(expression);
        }
        catch (LakehouseException error)
        {
            throw AccessErrors.Invalid($"'{text}' is no single SQL expression", error);
        }

        return expression;
    }

    private static JsonElement RequireObject(JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object ? json : throw AccessErrors.Invalid($"\"{name}\" is no object");

    private static long? Positive(JsonMembers? members, string name) => members?.LongCount(name) is { } count
        ? count is > 0 and <= int.MaxValue * 1_000_000L ? count : throw AccessErrors.Invalid($"\"{name}\" is a whole number from 1")
        : null;
}
