using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Text;

namespace Lakehouse.Core.Requests;

/// <summary>
/// Reads the members of a JSON object in a request by name. A member is of the expected type or absent; <c>null</c> counts as absent. <see cref="Complete"/>
/// refuses members that were not read, so that a misspelt one does not pass unnoticed. Every error is <c>invalid_request</c>
/// (<see cref="ErrorKind.InvalidInput"/>) with the member's name. Not thread-safe.
/// </summary>
/// <param name="body">The object.</param>
/// <param name="path">What it is called in errors.</param>
/// <param name="ignoresCase">True when the case of names is ignored.</param>
public sealed class JsonMembers(JsonElement body, string path = "the body", bool ignoresCase = false)
{
    private readonly List<string> _known = [];
    private readonly StringComparer _comparer = ignoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>The error for a member that is missing or invalid.</summary>
    public static LakehouseException Invalid(string reason, Exception? inner = null) =>
        new(ErrorKind.InvalidInput, "invalid_request", $"The request is refused: {reason}.", inner);

    /// <summary>The error for an absent member, which may be there under a misspelt name.</summary>
    public LakehouseException Missing(string name)
    {
        if (Member(name) is not null || body.EnumerateObject().Any(m => _comparer.Equals(NameOf(m), name)))
        {
            return Invalid($"in {path}, \"{name}\" is empty");
        }

        var misspelt = body.EnumerateObject().Select(NameOf).FirstOrDefault(other => NearestName.Hint(other, [name]).Length > 0);
        return Invalid($"{path} has no \"{name}\"" + (misspelt is null ? string.Empty : $", but a member \"{misspelt}\", which is not known"));
    }

    /// <summary>A member of any type.</summary>
    public JsonElement? Member(string name)
    {
        _known.Add(name);
        JsonElement value = default;
        if (ignoresCase)
        {
            value = body.EnumerateObject().LastOrDefault(m => _comparer.Equals(NameOf(m), name)).Value;
        }
        else
        {
            try
            {
                body.TryGetProperty(name, out value);
            }
            catch (InvalidOperationException error)
            {
                throw NotUnicode(error);
            }
        }

        return value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : value;
    }

    /// <summary>A text.</summary>
    public string? Text(string name) => Member(name) is { } value ? TextOf(value, $"\"{name}\"") : null;

    /// <summary>A text; an empty one counts as absent.</summary>
    public string? FilledText(string name) => Text(name) is { Length: > 0 } text ? text : null;

    /// <summary>A text that must be present and not empty.</summary>
    public string RequiredText(string name) => FilledText(name) ?? throw Missing(name);

    /// <summary>True or false.</summary>
    public bool? Flag(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Wrong($"\"{name}\"", "true or false"),
    };

    /// <summary>A whole number of 32 bits.</summary>
    public int? Count(string name) => Member(name) is { } value
        ? value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) ? count : throw Wrong($"\"{name}\"", "a whole number")
        : null;

    /// <summary>A whole number of 64 bits.</summary>
    public long? LongCount(string name) => Member(name) is { } value
        ? value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) ? count : throw Wrong($"\"{name}\"", "a whole number")
        : null;

    /// <summary>A number.</summary>
    public double? Number(string name) => Member(name) is { } value
        ? value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : throw Wrong($"\"{name}\"", "a number")
        : null;

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string>? Texts(string name) => Member(name) is { } value
        ? value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select((v, i) => TextOf(v, $"{name}[{i}]"))]
            : throw Wrong($"\"{name}\"", "a list of texts")
        : null;

    /// <summary>A list of values of any type.</summary>
    public IReadOnlyList<JsonElement>? Items(string name) => Member(name) is { } value
        ? value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : throw Wrong($"\"{name}\"", "a list")
        : null;

    /// <summary>Call after all members are read. Refuses members that were not read, and those that are there twice.</summary>
    public void Complete()
    {
        var seen = new HashSet<string>(_comparer);
        foreach (var member in body.EnumerateObject())
        {
            var name = NameOf(member);
            if (!_known.Contains(name, _comparer))
            {
                throw Invalid(Unknown(path, name, _known));
            }

            if (!seen.Add(name))
            {
                throw Invalid($"{path} has \"{name}\" twice");
            }
        }
    }

    /// <summary>The name of a member; <c>invalid_request</c> where it is not valid Unicode.</summary>
    public static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException error)
        {
            throw NotUnicode(error);
        }
    }

    private static LakehouseException NotUnicode(Exception error) => Invalid("the name of a member is not valid Unicode", error);

    /// <summary>The text of a JSON value that must be a string.</summary>
    /// <param name="value">The value.</param>
    /// <param name="what">What it is called in errors.</param>
    public static string TextOf(JsonElement value, string what)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(what, "a text");
        }
        catch (InvalidOperationException error)
        {
            throw Invalid($"{what} is not valid Unicode", error);
        }
    }

    /// <summary>The reason for refusing an unknown member.</summary>
    public static string Unknown(string path, string? name, IEnumerable<string> known) =>
        $"{path} has no member \"{name}\"; there are {string.Join(", ", known)}{NearestName.Hint(name ?? string.Empty, known)}";

    private static LakehouseException Wrong(string what, string expected) => Invalid($"{what} is not {expected}");
}
